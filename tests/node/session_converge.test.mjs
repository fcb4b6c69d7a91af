// The C++ session (ypp-session chat) and a stock client share a session through the relay.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import * as Y from "yjs";
import { Terminal } from "../../plugin/console/check/terminal.mjs";
import { Client, Relay, until } from "./relay_process.mjs";

const token = "token-of-this-test";
const name = `tenant_${createHash("sha256").update(token).digest("hex")}/pugi-session-s1`;

function startTerminal(relay, displayName) {
  const tokenFile = path.join(relay.folder, "token");
  writeFileSync(tokenFile, token, { mode: 0o600 });
  return new Terminal(path.join(process.env.YPP_BIN_DIR ?? "", "ypp-session"), [
    "chat", "--relay", relay.url, "--token-file", tokenFile, "--session", "s1", "--name", displayName,
  ]);
}

class Peer extends Client {
  constructor(relay) {
    super(relay.url, name, { token });
    this.messages = this.document.getArray("messages");
  }
  say(text) {
    this.messages.push([new Y.Map(Object.entries({
      id: `peer-${this.messages.length}-${text}`,
      role: "user",
      author: "peer",
      device: "browser",
      createdAt: Date.now(),
      parts: Y.Array.from([new Y.Map(Object.entries({ id: "p", type: "text", text: new Y.Text(text) }))]),
    }))]);
  }
  get texts() {
    // A message may come before its parts do.
    return this.messages.map((message) => message.get("parts")?.get(0)?.get("text")?.toString() ?? "");
  }
  untilTexts(...texts) {
    return until(() => JSON.stringify([...this.texts].sort()) === JSON.stringify([...texts].sort()),
      `the messages ${texts}, they are ${this.texts}`);
  }
}

test("what either side writes reaches the other, over kill -9 of the relay and edits made offline on both sides", async () => {
  const relay = await new Relay().start({ tokens: { [token]: {} } });
  const terminal = startTerminal(relay, "host");
  const peer = new Peer(relay);
  try {
    await terminal.sees(/stored by the relay/);
    await peer.untilSaved();
    terminal.type("one");
    await peer.untilTexts("one");
    peer.say("two");
    await terminal.sees(/^peer \(browser\)> two$/m);

    await relay.kill();
    await terminal.sees(/^offline/m);
    terminal.type("three, offline");
    terminal.type("/edit src/offline.c");
    peer.say("four, offline");
    await until(() => peer.provider.unsyncedChanges > 0, "the peer has something to send");
    await relay.start();
    await terminal.sees(/^peer \(browser\)> four, offline$/m);
    await peer.untilTexts("one", "two", "three, offline", "four, offline");
    await until(() => peer.document.getMap("file_mutations").has("src/offline.c"), "the record made offline");

    // The terminal alone goes offline.
    terminal.type("/disconnect");
    terminal.type("five, disconnected");
    peer.say("six");
    await peer.untilSaved();
    assert.ok(!peer.texts.includes("five, disconnected"));
    terminal.type("/connect");
    await terminal.sees(/^peer \(browser\)> six$/m);
    await peer.untilTexts("one", "two", "three, offline", "four, offline", "five, disconnected", "six");

    assert.equal(await terminal.leave(), 0, terminal.errors);
    await until(() => peer.document.getMap("metadata").get("hostState") === "left", "the host left");
    await peer.untilSaved();

    // A new terminal gets all of it from the relay's database alone.
    const expected = peer.texts;
    peer.destroy();
    await relay.kill();
    await relay.start();
    const later = startTerminal(relay, "later");
    for (const text of expected) await later.sees(new RegExp(`> ${text}$`, "m"));
    assert.equal(await later.leave(), 0, later.errors);
  } finally {
    terminal.kill();
    await relay.remove();
  }
});

test("a participant is seen while it is there and gone when it leaves", async () => {
  const relay = await new Relay().start({ tokens: { [token]: {} } });
  const terminal = startTerminal(relay, "host");
  const peer = new Peer(relay);
  const names = () => [...peer.provider.awareness.getStates().values()].map((state) => state.user?.name).filter(Boolean);
  try {
    await until(() => names().includes("host"), "the host is seen");
    const states = [...peer.provider.awareness.getStates().values()].filter((state) => state.user);
    assert.deepEqual(states, [{ user: { name: "host", device: "terminal" } }]);
    assert.equal(await terminal.leave(), 0, terminal.errors);
    await until(() => !names().includes("host"), "the host is gone");
  } finally {
    terminal.kill();
    peer.destroy();
    await relay.remove();
  }
});

test("assistant text is streamed by pieces, not rewritten", async () => {
  const relay = await new Relay().start({ tokens: { [token]: {} } });
  const terminal = startTerminal(relay, "host");
  const peer = new Peer(relay);
  try {
    await peer.untilSaved();
    let received = 0;
    peer.document.on("update", (update) => (received += update.length));
    const words = Array.from({ length: 60 }, (_, i) => `word${i}`).join(" ");
    terminal.type(`/reply ${words}`);
    await peer.untilTexts(words);
    assert.ok(peer.messages.get(0).get("parts").get(0).get("text") instanceof Y.Text);
    assert.ok(received < words.length + 60 * 40 + 1000, `${received} bytes for ${words.length} characters`);
    assert.equal(await terminal.leave(), 0, terminal.errors);
  } finally {
    terminal.kill();
    peer.destroy();
    await relay.remove();
  }
});
