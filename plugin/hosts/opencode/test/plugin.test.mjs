// The plugin as OpenCode calls it, with a real ypp-session and a real ypp-relay.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import path from "node:path";
import { test } from "node:test";
import { Client, Relay, until } from "../../../../tests/node/relay_process.mjs";
import { YppPlugin } from "../src/index.ts";

const token = "token-of-this-test";
const program = path.join(process.env.YPP_BIN_DIR, "ypp-session");
const document = (session) => `tenant_${createHash("sha256").update(token).digest("hex")}/pugi-session-${session}`;
const plain = (value) => value?.toJSON?.() ?? value;

// What the host would answer: `sessions` by id, with their messages.
function hostWith(sessions) {
  const found = (data) => (data === undefined ? { error: { name: "NotFoundError" } } : { data });
  return {
    session: {
      get: async ({ path: { id } }) => found(sessions[id]?.info),
      messages: async ({ path: { id } }) => found(sessions[id]?.messages),
    },
  };
}

async function startPlugin(relay, { tier = "team", sessions = {}, ...options } = {}) {
  Object.assign(process.env, { YPP_RELAY_URL: relay.url, YPP_TOKEN: token, YPP_TIER: tier });
  const folder = "/home/ada/project";
  return YppPlugin({ client: hostWith(sessions), worktree: folder, directory: folder }, { program, ...options });
}

// A message as session.messages of the host has it.
const past = (sessionID, id, role, created, parts) => ({
  info: { id, sessionID, role, time: role === "assistant" ? { created, completed: created + 1 } : { created } },
  parts: parts.map((part, index) => ({ id: `${id}_${index}`, sessionID, messageID: id, ...part })),
});
const text = (text) => ({ type: "text", text });
const say = (hooks, sessionID, id, words) =>
  hooks["chat.message"](
    { sessionID, messageID: id },
    { message: { id, sessionID, role: "user", time: { created: 1_000 }, agent: "build" }, parts: [{ id: `${id}_0`, sessionID, messageID: id, ...text(words) }] },
  );
const textsOf = (peer) => peer.document.getArray("messages").map((message) => plain(message.get("parts").get(0).get("text")));

test("a turn of OpenCode is in the session document, and no key of a provider", async () => {
  const relay = await new Relay().start({ tokens: { [token]: { tier: "team" } } });
  const hooks = await startPlugin(relay);
  const peer = new Client(relay.url, document("ses_1"), { token });
  try {
    const sessionID = "ses_1";
    await hooks["chat.message"]({ sessionID, messageID: "msg_1" }, {
      message: { id: "msg_1", sessionID, role: "user", time: { created: 1 }, agent: "build", model: { providerID: "p", modelID: "m" } },
      parts: [{ id: "prt_1", sessionID, messageID: "msg_1", type: "text", text: "hello" }],
    });
    await hooks["chat.params"](
      { sessionID, agent: "build", model: {}, provider: { source: "api", info: { key: "sk-secret" }, options: { apiKey: "sk-secret" } }, message: {} },
      { temperature: 0, topP: 1, topK: 0, maxOutputTokens: undefined, options: { key: "sk-secret" } },
    );
    await hooks.event({ event: { type: "message.updated", properties: { info: { id: "msg_2", sessionID, role: "assistant", time: { created: 2 } } } } });
    for (const delta of ["An ", "answer"]) {
      await hooks.event({ event: { type: "message.part.delta", properties: { sessionID, messageID: "msg_2", partID: "prt_2", field: "text", delta } } });
    }
    await hooks["tool.execute.after"](
      { tool: "edit", sessionID, callID: "call_1", args: { filePath: "/home/ada/project/src/a.c", oldString: "a", newString: "b" } },
      { title: "src/a.c", output: "done", metadata: {} },
    );
    const messages = peer.document.getArray("messages");
    await until(() => messages.length === 2 && peer.document.getMap("file_mutations").has("src/a.c"), "the turn");
    assert.deepEqual(messages.map((message) => plain(message.get("parts").get(0).get("text"))), ["hello", "An answer"]);
    assert.equal(peer.document.getText("active_persona").toString(), "build");
    assert.ok(!JSON.stringify(peer.document.toJSON()).includes("sk-secret"));

    const status = JSON.parse(await hooks.tool.pugi_cloud_status.execute({}, { sessionID }));
    assert.equal(status.connected, true);
    assert.match(JSON.parse(await hooks.tool.pugi_cloud_handoff.execute({}, { sessionID })).url, /#handoff=/);
    await hooks.dispose();
    await until(() => peer.document.getMap("metadata").get("hostState") === "left", "the host left");
  } finally {
    peer.destroy();
    await hooks.dispose();
    await relay.remove();
  }
});

test("a bridge that is not there or dies does not disturb the host", async () => {
  const relay = await new Relay().start({ tokens: {} });
  try {
    const hooks = await startPlugin(relay, { program: "/nowhere/ypp-session" });
    await hooks["chat.message"]({ sessionID: "ses_2" }, { message: {}, parts: [] });
    await hooks["tool.execute.after"]({ tool: "x", sessionID: "ses_2", callID: "c", args: {} }, { title: "", output: "", metadata: {} });
    assert.match(await hooks.tool.pugi_cloud_status.execute({}, { sessionID: "ses_2" }), /Not possible/);
    await hooks.dispose();
  } finally {
    await relay.remove();
  }
});

test("what was said before the plugin came is there once, in its place, also after a restart", async () => {
  const relay = await new Relay().start({ tokens: { [token]: { tier: "team" } } });
  const peer = new Client(relay.url, document("ses_3"), { token });
  const messages = [
    past("ses_3", "msg_1", "user", 10, [text("first")]),
    past("ses_3", "msg_2", "assistant", 20, [
      text("second"),
      { type: "tool", tool: "bash", callID: "call_0", state: { status: "completed", input: { command: "ls" }, output: "a.c", title: "ls", metadata: {}, time: { start: 20, end: 21 } } },
    ]),
    // It stopped in the middle of this one, or is still at it.
    { info: { id: "msg_9", sessionID: "ses_3", role: "assistant", time: { created: 2_000 } }, parts: [] },
  ];
  try {
    for (const id of ["msg_3", "msg_4"]) {
      const hooks = await startPlugin(relay, { sessions: { ses_3: { info: { id: "ses_3", title: "Named before" }, messages } } });
      await say(hooks, "ses_3", id, id);
      await until(() => textsOf(peer).includes("second") && textsOf(peer).includes(id), "the past and the present");
      await hooks.dispose();
    }
    // The second run has no store and says its message before it knows the document: where that one stands among
    // the others is as with any two who write at the same time.
    const texts = textsOf(peer);
    assert.deepEqual(texts.filter((said) => said !== "msg_4"), ["first", "second", "msg_3"]);
    assert.equal(texts.length, 4);
    assert.deepEqual(peer.document.getArray("jobs").toJSON().map((job) => job.id), ["call_0"]);
    assert.equal(peer.document.getMap("metadata").get("title"), "Named before");
  } finally {
    peer.destroy();
    await relay.remove();
  }
});

test("a subagent's calls are jobs of the session that started it, which keeps its only bridge", async () => {
  // One session at a time: a second bridge would be refused.
  const relay = await new Relay().start({ tokens: { [token]: { tier: "builder" } } });
  const hooks = await startPlugin(relay, { tier: "builder", sessions: { ses_inner: { info: { id: "ses_inner", parentID: "ses_sub", title: "" } } } });
  const peer = new Client(relay.url, document("ses_4"), { token });
  const created = (info) => hooks.event({ event: { type: "session.created", properties: { info } } });
  const part = (sessionID, callID, state) => ({ id: `prt_${callID}`, sessionID, messageID: "msg_sub", type: "tool", tool: "write", callID, state });
  const input = { filePath: "/home/ada/project/src/b.c" };
  try {
    await created({ id: "ses_4", title: "New session" });
    await created({ id: "ses_sub", parentID: "ses_4", title: "Subagent" });
    await say(hooks, "ses_4", "msg_1", "please");
    await say(hooks, "ses_sub", "msg_sub", "what the agent tells its subagent");
    await hooks["chat.params"]({ sessionID: "ses_sub", agent: "explore" }, {});
    await hooks["tool.execute.after"]({ tool: "write", sessionID: "ses_sub", callID: "call_1", args: input }, { title: "src/b.c", output: "done", metadata: {} });
    const failed = part("ses_sub", "call_2", { status: "error", input, error: "no room", time: { start: 1, end: 2 } });
    const deep = part("ses_inner", "call_3", { status: "completed", input, output: "done", title: "", metadata: {}, time: { start: 1, end: 2 } });
    for (const one of [failed, deep]) await hooks.event({ event: { type: "message.part.updated", properties: { part: one } } });
    const jobs = () => peer.document.getArray("jobs").toJSON().map(({ id, status }) => `${id} ${status}`);
    await until(() => jobs().length === 3, "the jobs");
    assert.deepEqual(jobs(), ["call_1 completed", "call_2 error", "call_3 completed"]);
    assert.ok(peer.document.getMap("file_mutations").has("src/b.c"));
    assert.deepEqual(textsOf(peer), ["please"]);
    assert.equal(peer.document.getText("active_persona").toString(), "");
    const status = JSON.parse(await hooks.tool.pugi_cloud_status.execute({}, { sessionID: "ses_sub" }));
    assert.equal(status.sessionId, "ses_4");
  } finally {
    await hooks.dispose();
    peer.destroy();
    await relay.remove();
  }
});

test("the host's name for a session is its title, and a rename alone starts no bridge", async () => {
  const relay = await new Relay().start({ tokens: { [token]: { tier: "builder" } } });
  const hooks = await startPlugin(relay, { tier: "builder" });
  const titleOf = (type, id, title) => hooks.event({ event: { type, properties: { info: { id, title } } } });
  const peer = new Client(relay.url, document("ses_5"), { token });
  const title = () => peer.document.getMap("metadata").get("title");
  try {
    await titleOf("session.created", "ses_5", "New session");
    await titleOf("session.updated", "ses_old", "Renamed in a list");
    await say(hooks, "ses_5", "msg_1", "hello");
    await until(() => title() === "New session", "the first title");
    await titleOf("session.updated", "ses_5", "Login refactoring");
    await until(() => title() === "Login refactoring", "the second title");
    // The tier has one session at a time, and it is this one's.
    const status = JSON.parse(await hooks.tool.pugi_cloud_status.execute({}, { sessionID: "ses_5" }));
    assert.equal(status.connected, true);
  } finally {
    await hooks.dispose();
    peer.destroy();
    await relay.remove();
  }
});
