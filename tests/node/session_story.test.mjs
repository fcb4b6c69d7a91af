// The session plugin's whole story with real parts: the bridge as the laptop, a stock provider as the browser, npm's y-leveldb.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { LeveldbPersistence } from "y-leveldb";
import * as Y from "yjs";
import { Bridge } from "./bridge_process.mjs";
import { Client, Relay, sleep, until } from "./relay_process.mjs";

const token = "token-of-the-laptop";
const tenant = (of) => createHash("sha256").update(of).digest("hex");
const documentName = (of, session) => `tenant_${tenant(of)}/pugi-session-${session}`;
const limits = ["--tier-limits", "default"];

const laptop = (relay, more = {}) =>
  new Bridge({ RELAY_URL: relay.url, TOKEN: token, TIER: "builder", SESSION_ID: "s1", DISPLAY_NAME: "laptop", ...more });

const post = (relay, route, body) =>
  fetch(`http://127.0.0.1:${relay.port}${route}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

const message = (id, text) =>
  new Y.Map(Object.entries({
    id, role: "user", author: "web-console", device: "browser", createdAt: Date.now(),
    parts: Y.Array.from([new Y.Map(Object.entries({ id: "p", type: "text", text: new Y.Text(text) }))]),
  }));
const texts = (document) =>
  document.getArray("messages").map((entry) => entry.get("parts")?.get(0)?.get("text")?.toString() ?? "");

// Redeems what a link of pugi.cloud.handoff carries, as the console does.
async function browserOf(relay, link) {
  const handoff = new URLSearchParams(new URL(link).hash.slice(1)).get("handoff");
  const answer = await post(relay, "/api/handoff/redeem", { token: handoff });
  assert.equal(answer.status, 200);
  const session = await answer.json();
  return { session, client: new Client(relay.url, session.document, { token: session.token }) };
}

test("a session goes from the laptop to the browser and back, with edits made offline on both sides", async () => {
  const relay = await new Relay().start({ tokens: { [token]: { tier: "builder" } }, args: limits });
  const bridge = laptop(relay);
  try {
    const hello = await bridge.hello();
    assert.equal(hello.version, 1);
    assert.equal(hello.tools.length, 5);
    assert.ok((await bridge.say("m1", "from the laptop")).ok);
    await bridge.untilSaved();

    const { value: handoff } = await bridge.command("pugi.cloud.handoff");
    assert.equal(new URL(handoff.url).search, "");
    const { session, client: browser } = await browserOf(relay, handoff.url);
    assert.equal(session.document, documentName(token, "s1"));
    await until(() => texts(browser.document).includes("from the laptop"), "the browser has the message");

    // The same link again, and the session token for another document.
    const used = new URLSearchParams(new URL(handoff.url).hash.slice(1)).get("handoff");
    const again = await post(relay, "/api/handoff/redeem", { token: used });
    assert.deepEqual([again.status, await again.json()], [410, { error: "handoff-used" }]);
    const elsewhere = new Client(relay.url, documentName(token, "s2"), { token: session.token });
    await until(() => elsewhere.count("authenticationFailed") === 1, "the other session is refused");
    elsewhere.destroy();

    browser.document.getArray("messages").push([message("b1", "from the browser")]);
    await until(() => bridge.events("remote").some((event) => event.messages.some(({ text }) => text === "from the browser")),
      "the laptop hears of it");

    await bridge.command("pugi.cloud.disconnect");
    assert.ok((await bridge.say("m2", "offline")).ok);
    assert.ok((await bridge.edit("call_laptop", "src/a.c")).ok);
    const { value: dirty } = await bridge.command("pugi.cloud.status");
    assert.equal(dirty.connected, false);
    assert.ok(dirty.sync.dirtyBytes > 0);
    browser.document.getArray("messages").push([message("b2", "meanwhile")]);
    await browser.untilSaved();
    assert.ok(!texts(browser.document).includes("offline"));

    await bridge.command("pugi.cloud.resume");
    await until(() => texts(browser.document).length === 4, "the browser has all four");
    await bridge.untilSaved();
    await until(() => bridge.events("remote").some((event) => event.messages.some(({ text }) => text === "meanwhile")),
      "the laptop has what the browser wrote");
    assert.ok(browser.document.getMap("file_mutations").has("src/a.c"));
    assert.deepEqual([...texts(browser.document)].sort(), ["from the browser", "from the laptop", "meanwhile", "offline"]);

    assert.equal(await bridge.dispose(), 0, bridge.errors);
    browser.destroy();
    for (const secret of [token, used, session.token, "from the laptop", "src/a.c"]) {
      assert.ok(!relay.log.includes(secret), `the relay's log has ${secret}`);
      assert.ok(!bridge.errors.includes(secret));
    }
  } finally {
    await bridge.kill();
    await relay.remove();
  }
});

test("two tenants with the same session id do not see each other", async () => {
  const relay = await new Relay().start({ tokens: { a: { tier: "team", documents: ["*"] }, b: { tier: "team", documents: ["*"] } } });
  const a = new Bridge({ RELAY_URL: relay.url, TOKEN: "a", TIER: "team", SESSION_ID: "same" });
  const b = new Bridge({ RELAY_URL: relay.url, TOKEN: "b", TIER: "team", SESSION_ID: "same" });
  try {
    await Promise.all([a.hello(), b.hello()]);
    await a.say("m1", "of a");
    await a.untilSaved();
    assert.equal((await b.untilSaved()).peers.length, 1);
    assert.equal(b.events("remote").filter((event) => event.messages.length > 0).length, 0);
    const intruder = new Client(relay.url, documentName("a", "same"), { token: "b" });
    await until(() => intruder.count("authenticationFailed") === 1, "the other tenant is refused");
    intruder.destroy();
  } finally {
    await Promise.all([a.kill(), b.kill()]);
    await relay.remove();
  }
});

test("the free tier is refused on both sides, and one session more than the builder tier has", async () => {
  const relay = await new Relay().start({ tokens: { [token]: { tier: "builder" }, free: { tier: "free" } }, args: limits });
  const unpaid = laptop(relay, { TOKEN: "free", TIER: "free" });
  const pretends = laptop(relay, { TOKEN: "free", TIER: "team" });
  const first = laptop(relay);
  const second = laptop(relay, { SESSION_ID: "s2" });
  try {
    const { status } = await unpaid.hello();
    assert.equal(status.sync.state, "not-eligible");
    assert.match(status.tier.hint, /upgrade/);
    assert.deepEqual((await unpaid.command("pugi.cloud.resume")).error.code, "not-possible");
    await pretends.hello();
    const refusal = (bridge) => bridge.events("status").at(-1)?.status.refusal ?? "";
    await until(() => refusal(pretends).startsWith("tier-not-eligible:"), "the relay's reason");
    await first.hello();
    await first.untilSaved();
    await second.hello();
    await until(() => refusal(second).startsWith("tier-limit:"), "the relay's reason");
    assert.equal(await unpaid.dispose(), 0);
  } finally {
    await Promise.all([unpaid, pretends, first, second].map((bridge) => bridge.kill()));
    await relay.remove();
  }
});

test("sync may be begun by hand or switched off, and a handoff's lifetime set", async () => {
  const relay = await new Relay().start({ tokens: { [token]: { tier: "builder" } } });
  const manual = laptop(relay, { SYNC_MODE: "manual", HANDOFF_TTL: 20 });
  const off = laptop(relay, { ENABLE_SYNC: false });
  const peer = new Client(relay.url, documentName(token, "s1"), { token });
  try {
    await Promise.all([manual.hello(), off.hello(), peer.untilSaved()]);
    for (const bridge of [manual, off]) {
      assert.ok((await bridge.say("m1", "not sent yet")).ok);
      assert.equal((await bridge.command("pugi.cloud.status")).value.connection, "disconnected");
    }
    const refused = (await off.command("pugi.cloud.resume")).error;
    assert.equal(refused.code, "not-possible");
    assert.match(refused.message, /switched off/);
    await sleep(300);
    assert.equal((await off.command("pugi.cloud.status")).value.connection, "disconnected");
    assert.deepEqual(texts(peer.document), []);

    await manual.command("pugi.cloud.resume");
    await until(() => texts(peer.document).length === 1, "what was written before");
    await manual.untilSaved();
    const asked = Date.now();
    const { value } = await manual.command("pugi.cloud.handoff");
    const answered = Date.now();
    assert.ok(value.expiresAt >= asked + 20_000 && value.expiresAt <= answered + 20_000, `${value.expiresAt - asked} ms`);
  } finally {
    peer.destroy();
    await Promise.all([manual.kill(), off.kill()]);
    await relay.remove();
  }
});

test("one directory is read and written by y-leveldb and by the session", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ypp-leveldb-"));
  const directory = path.join(folder, "store");
  const name = documentName(token, "s1");
  const relay = await new Relay().start({ tokens: { [token]: { tier: "builder" } } });
  const bridge = laptop(relay, { LOCAL_PERSISTENCE_PATH: directory });
  try {
    const before = new LeveldbPersistence(directory);
    const written = new Y.Doc();
    written.on("update", (update) => before.storeUpdate(name, update));
    written.getArray("messages").push([message("n1", "by y-leveldb")]);
    await before.setMeta(name, "note", "kept");
    await before.getYDoc(name); // after all that is queued
    await before.destroy();

    assert.equal((await bridge.hello()).status.localStore.state, "on");
    for (let i = 0; i < 50; ++i) assert.ok((await bridge.say(`m${i}`, `by the session ${i}`)).ok);
    // Killed, not ended: what a hook acknowledged is there.
    await bridge.kill();

    const after = new LeveldbPersistence(directory);
    const read = await after.getYDoc(name);
    assert.equal(texts(read).length, 51);
    assert.ok(texts(read).includes("by y-leveldb"));
    assert.ok(texts(read).includes("by the session 49"));
    assert.equal(await after.getMeta(name, "note"), "kept");
    assert.deepEqual(await after.getAllDocNames(), [name]);
    assert.deepEqual(await after.getStateVector(name), Y.encodeStateVector(read));
    await after.flushDocument(name);
    await after.destroy();

    const later = laptop(relay, { LOCAL_PERSISTENCE_PATH: directory });
    assert.equal((await later.hello()).status.localStore.state, "on");
    await later.untilSaved();
    const peer = new Client(relay.url, name, { token });
    await until(() => texts(peer.document).length === 51, "the relay has all of the store");
    peer.destroy();
    assert.equal(await later.dispose(), 0, later.errors);
  } finally {
    await bridge.kill();
    await relay.remove();
    rmSync(folder, { recursive: true });
  }
});

test("two devices that change one path without knowing of each other are both told", async () => {
  const relay = await new Relay().start({ tokens: { [token]: { tier: "builder" } } });
  const a = laptop(relay, { DISPLAY_NAME: "a" });
  const b = laptop(relay, { DISPLAY_NAME: "b" });
  try {
    await Promise.all([a.hello(), b.hello()]);
    await Promise.all([a.untilSaved(), b.untilSaved()]);
    await a.command("pugi.cloud.pause");
    await a.edit("call_a", "x.c");
    await b.edit("call_b", "x.c");
    await b.untilSaved();
    await a.command("pugi.cloud.resume");
    for (const bridge of [a, b]) {
      await until(() => bridge.events("cloud-sync:path-conflict").length === 1, "the warning");
      const [event] = bridge.events("cloud-sync:path-conflict");
      assert.equal(event.path, "x.c");
      assert.deepEqual([event.first.id, event.second.id].sort(), ["call_a", "call_b"]);
    }
  } finally {
    await Promise.all([a.kill(), b.kill()]);
    await relay.remove();
  }
});

test("the bridge answers bad lines clearly, and goes on", async () => {
  const stranger = new Bridge({ RELAY_URL: "ws://127.0.0.1:1", TOKEN: token });
  stranger.write({ type: "hello", version: 99 });
  assert.equal(await stranger.exited, 2);
  assert.match(stranger.lines[0].error.message, /version 1/);

  const bridge = new Bridge({ RELAY_URL: "ws://127.0.0.1:1", TOKEN: token, TIER: "free" });
  await bridge.hello();
  bridge.write("{ not json");
  bridge.write("[]");
  bridge.write({ type: "unheard-of" });
  bridge.write("");
  const unknown = await bridge.hook("no.such.hook", {});
  assert.equal(unknown.error.code, "not-found");
  const incomplete = await bridge.hook("chat.message", {}, {});
  assert.equal(incomplete.error.code, "invalid");
  assert.ok((await bridge.say("m1", "still there")).ok);
  const errors = bridge.lines.filter((line) => line.type === "error");
  assert.deepEqual(errors.map((line) => line.line), [2, 3, 4]);
  assert.equal(await bridge.dispose(), 0, bridge.errors);
});

test("hooks do not wait for a handoff that the relay does not answer", async () => {
  const silent = createServer(() => {}).listen(0, "127.0.0.1");
  await new Promise((resolve) => silent.once("listening", resolve));
  const bridge = new Bridge({ RELAY_URL: `ws://127.0.0.1:${silent.address().port}`, TOKEN: token, TIER: "builder" });
  try {
    await bridge.hello();
    const order = [];
    const handoff = bridge.command("pugi.cloud.handoff").then((result) => (order.push("handoff"), result));
    const said = bridge.say("m1", "meanwhile").then((result) => (order.push("hook"), result));
    assert.ok((await said).ok);
    assert.equal((await handoff).ok, false);
    assert.deepEqual(order, ["hook", "handoff"]);
  } finally {
    await bridge.kill();
    silent.close();
  }
});

test("a bridge that is told to end by a signal leaves as it should", async () => {
  const relay = await new Relay().start({ tokens: { [token]: { tier: "builder" } } });
  const peer = new Client(relay.url, documentName(token, "s1"), { token });
  const state = () => peer.document.getMap("metadata").get("hostState");
  try {
    for (const signal of ["SIGTERM", "SIGINT"]) {
      const bridge = laptop(relay);
      await bridge.hello();
      await until(() => state() === "attached", "the host");
      bridge.say(`m_${signal}`, "the last words");
      await until(() => bridge.lines.some((line) => line.type === "result"), "the document has them");
      bridge.process.kill(signal);
      assert.equal(await bridge.exited, 0, bridge.errors);
      assert.equal(bridge.lines.at(-1).type, "disposed");
      await until(() => state() === "left", "the host gone");
    }
    assert.deepEqual(texts(peer.document), ["the last words", "the last words"]);
  } finally {
    peer.destroy();
    await relay.remove();
  }
});

test("a host that does not read is not waited for, and is told that events are missing", async () => {
  const relay = await new Relay().start({ tokens: { [token]: { tier: "builder" } } });
  const bridge = laptop(relay);
  const peer = new Client(relay.url, documentName(token, "s1"), { token });
  try {
    await bridge.hello();
    await bridge.untilSaved();
    await peer.untilSaved();
    bridge.process.stdout.pause();
    for (let i = 0; i < 60; ++i) peer.document.getArray("messages").push([message(`big${i}`, "x".repeat(300_000))]);
    await peer.untilSaved();
    // Hooks are still carried out: the peer sees this one while nobody reads its result.
    bridge.write({ type: "hook", hook: "chat.message", input: { messageID: "m1" }, output: { parts: [{ type: "text", text: "alive" }] } });
    await until(() => texts(peer.document).includes("alive"), "the hook's message");
    bridge.process.stdout.resume();
    await until(() => bridge.events("resync").length === 1, "the resync event");
  } finally {
    peer.destroy();
    await bridge.kill();
    await relay.remove();
  }
});
