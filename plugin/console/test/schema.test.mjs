import assert from "node:assert/strict";
import test from "node:test";
import * as Y from "yjs";
import { appendUserMessage, openRoots, readFileMutations, readJob, readMessage, readPersona, shownJobs, shownMessages } from "../src/schema.js";

const map = (object) => new Y.Map(Object.entries(object));

function session() {
  const doc = new Y.Doc();
  return { doc, roots: openRoots(doc) };
}

test("a sent message has all that the schema asks for", () => {
  const { roots } = session();
  appendUserMessage(roots, { text: "Hello", author: "web-console", device: "browser", now: 5 });
  const [message] = roots.messages.toJSON();
  assert.match(message.id, /^msg_[0-9a-f]{32}$/);
  assert.deepEqual(message, {
    id: message.id,
    role: "user",
    author: "web-console",
    device: "browser",
    createdAt: 5,
    parts: [{ id: `${message.id}_0`, type: "text", text: "Hello" }],
  });
  assert.ok(roots.messages.get(0).get("parts").get(0).get("text") instanceof Y.Text);
});

test("two messages have different ids", () => {
  const { roots } = session();
  for (let i = 0; i < 2; ++i) appendUserMessage(roots, { text: "x", author: "a", device: "browser" });
  assert.notEqual(roots.messages.get(0).get("id"), roots.messages.get(1).get("id"));
});

test("messages of peers with other habits are read", () => {
  for (const message of [
    map({ id: "a", text: "Hi" }),
    map({ id: "a", content: new Y.Text("Hi") }),
    { id: "a", content: "Hi" },
    { id: "a", parts: [{ type: "text", text: "Hi" }] },
  ]) {
    const { roots } = session();
    roots.messages.push([message]);
    const read = readMessage(roots.messages.get(0));
    assert.equal(read.id, "a");
    assert.deepEqual(read.parts.map((part) => part.text), ["Hi"]);
  }
});

test("what is no record is read as an empty one", () => {
  for (const value of [null, 7, "text", true, [], {}]) {
    assert.equal(readMessage(value).role, "user");
    assert.deepEqual(readMessage(value).parts, []);
    assert.equal(readJob(value).tool, "tool");
  }
});

test("keys of another type do not break a record", () => {
  const message = readMessage({ id: 1, role: {}, createdAt: "yesterday", parts: "none", author: [] });
  assert.deepEqual(message, { id: "", role: "user", author: "", device: "", agent: "", createdAt: 0, parts: [] });
});

test("text that the host made up is not shown", () => {
  const parts = [{ type: "text", text: "typed" }, { type: "text", text: "inserted", synthetic: true }];
  assert.deepEqual(readMessage({ parts }).parts.map((part) => part.text), ["typed"]);
});

test("of messages with one id the first is shown, and all that have none", () => {
  const { roots } = session();
  roots.messages.push([map({ id: "a", text: "1" }), map({ text: "2" }), map({ id: "a", text: "3" }), { id: "b" }, map({ text: "4" })]);
  assert.deepEqual(shownMessages(roots.messages).map((message) => readMessage(message).parts[0]?.text), ["1", "2", undefined, "4"]);
});

test("a call of the past is shown once, and one of two devices twice", () => {
  const { roots } = session();
  const job = (id, author, contentHash) => map({ id, author, ...(contentHash && { contentHash }) });
  roots.jobs.push([
    job("twice", "a", "hash"), job("both", "a"), job("twice", "b", "hash"), job("both", "b", "hash"), job("past", "a"), job("past", "b"), job("", "c"), job("", "d"),
  ]);
  assert.deepEqual(shownJobs(roots.jobs).map(readJob).map(({ id, author }) => `${id} ${author}`), ["twice a", "twice b", "both b", "past a", " c", " d"]);
});

test("file mutations come newest first", () => {
  const { roots } = session();
  roots.fileMutations.set("a", map({ kind: "edit", at: 1 }));
  roots.fileMutations.set("b", map({ kind: "move", from: "c", at: 3 }));
  roots.fileMutations.set("d", { kind: "delete", at: 2 });
  roots.fileMutations.set("e", "nonsense");
  assert.deepEqual(readFileMutations(roots.fileMutations).map((record) => record.path), ["b", "d", "a", "e"]);
});

test("two switches of the persona at once are read as one of them", () => {
  const { roots } = session();
  roots.activePersona.insert(0, "planreview");
  assert.equal(readPersona(roots), "planreview");
  roots.metadata.set("activePersona", "review");
  assert.equal(readPersona(roots), "review");
  roots.metadata.set("activePersona", "build"); // a peer that knows only the text switched later
  assert.equal(readPersona(roots), "planreview");
});
