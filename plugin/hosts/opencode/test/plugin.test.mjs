// The plugin as OpenCode calls it, with a real ypp-session and a real ypp-relay.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { Client, Relay, sleep, until } from "../../../../tests/node/relay_process.mjs";
import { YppPlugin } from "../src/index.ts";
import { Restarts } from "../src/restarts.ts";

const token = "token-of-this-test";
const program = path.join(process.env.YPP_BIN_DIR, "ypp-session");
const document = (session) => `tenant_${createHash("sha256").update(token).digest("hex")}/pugi-session-${session}`;
const plain = (value) => value?.toJSON?.() ?? value;

// What the host would answer: `sessions` by id, with their messages. What it shows comes into `shown`.
function hostWith(sessions, shown) {
  const found = (data) => (data === undefined ? { error: { name: "NotFoundError" } } : { data });
  return {
    session: {
      get: async ({ path: { id } }) => found(sessions[id]?.info),
      messages: async ({ path: { id } }) => found(sessions[id]?.messages),
    },
    tui: { showToast: async ({ body }) => shown.push(body.message) },
  };
}

async function startPlugin(relay, { tier = "team", sessions = {}, shown = [], ...options } = {}) {
  Object.assign(process.env, { YPP_RELAY_URL: relay.url, YPP_TOKEN: token, YPP_TIER: tier });
  const folder = "/home/ada/project";
  return YppPlugin({ client: hostWith(sessions, shown), worktree: folder, directory: folder }, { program, ...options });
}

// A message as session.messages of the host has it.
const past = (sessionID, id, role, created, parts) => ({
  info: { id, sessionID, role, time: role === "assistant" ? { created, completed: created + 1 } : { created } },
  parts: parts.map((part, index) => ({ id: `${id}_${index}`, sessionID, messageID: id, ...part })),
});
const text = (text) => ({ type: "text", text });
const say = (hooks, sessionID, id, words, created = 1_000) =>
  hooks["chat.message"](
    { sessionID, messageID: id },
    { message: { id, sessionID, role: "user", time: { created }, agent: "build" }, parts: [{ id: `${id}_0`, sessionID, messageID: id, ...text(words) }] },
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
    assert.match(await hooks.tool.pugi_cloud_status.execute({}, { sessionID: "ses_2" }), /Not possible: spawn .*ENOENT/);
    await hooks.dispose();
  } finally {
    await relay.remove();
  }
});

test("settings that cannot be used are shown, and told to who asks", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ypp-opencode-"));
  const config = path.join(folder, "ypp.json");
  writeFileSync(config, '{"colour": "blue"}');
  const shown = [];
  const hooks = await startPlugin({ url: "ws://127.0.0.1:1" }, { config, shown });
  try {
    await say(hooks, "ses_2", "msg_1", "hello");
    await until(() => shown.length > 0, "the notice");
    assert.match(shown[0], /No session: the configuration has an unknown name: "colour"/);
    assert.match(await hooks.tool.pugi_cloud_status.execute({}, { sessionID: "ses_2" }), /Not possible: the configuration has an unknown name/);
  } finally {
    await hooks.dispose();
    rmSync(folder, { recursive: true });
  }
});

test("a bridge that was killed is started again, and gets what it missed", async () => {
  const relay = await new Relay().start({ tokens: { [token]: { tier: "team" } } });
  const folder = mkdtempSync(path.join(tmpdir(), "ypp-opencode-"));
  const wrapper = path.join(folder, "ypp-session");
  writeFileSync(wrapper, `#!/bin/sh\necho $$ >>"${folder}/pids"\nexec "${program}" "$@"\n`, { mode: 0o755 });
  const pids = () => readFileSync(path.join(folder, "pids"), "utf8").trim().split("\n").map(Number);
  const messages = ["one", "two", "three"].map((words, index) => past("ses_6", `msg_${words}`, "user", 1_000 + index, [text(words)]));
  const host = { ses_6: { info: { id: "ses_6", title: "" }, messages: [] } };
  const hooks = await startPlugin(relay, { program: wrapper, sessions: host });
  const peer = new Client(relay.url, document("ses_6"), { token });
  const turn = async (index) => {
    host.ses_6.messages = messages.slice(0, index + 1);
    const { info, parts } = messages[index];
    await say(hooks, "ses_6", info.id, parts[0].text, info.time.created);
  };
  try {
    await turn(0);
    await until(() => textsOf(peer).length === 1, "the first message");
    process.kill(pids()[0], "SIGKILL");
    // Until the end is noticed; on a machine that is slow there is a new one by then.
    const status = () => hooks.tool.pugi_cloud_status.execute({}, { sessionID: "ses_6" });
    while (!/in a while/.test(await status()) && pids().length === 1) await sleep(5);
    await turn(1);
    await sleep(1_100);
    await turn(2);
    await until(() => textsOf(peer).length === 3, "what was said meanwhile, and since");
    assert.deepEqual(textsOf(peer), ["one", "two", "three"]);
    assert.equal(pids().length, 2);
  } finally {
    await hooks.dispose();
    peer.destroy();
    await relay.remove();
    rmSync(folder, { recursive: true });
  }
});

test("a bridge that ends again and again is started less and less often", () => {
  let now = 0;
  const restarts = new Restarts(() => now);
  const pauses = [];
  for (let i = 0; i < 8; ++i) {
    restarts.started("s");
    restarts.ended("s", "why");
    const from = now;
    while (!restarts.mayStart("s")) now += 100;
    pauses.push((now - from) / 1_000);
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
  restarts.started("s");
  now += 60_000;
  restarts.ended("s", "why");
  now += 1_000;
  assert.ok(restarts.mayStart("s"), "one that lived long is started soon");
});

test("the person is told of conflicts, of a refusal and of a tier without sessions", async () => {
  const relay = await new Relay().start({ tokens: { [token]: { tier: "team" } } });
  const shown = [];
  const hooks = await startPlugin(relay, { shown });
  const unpaid = await startPlugin(relay, { shown, tier: "free" });
  process.env.YPP_TOKEN = "unknown";
  const unknown = await YppPlugin({ client: hostWith({}, shown), worktree: "/", directory: "/" }, { program });
  const peer = new Client(relay.url, document("ses_7"), { token });
  try {
    await say(unpaid, "ses_8", "msg_1", "hello");
    await until(() => shown.some((message) => /upgrade/.test(message)), "the hint");
    process.env.YPP_TIER = "team";
    await say(unknown, "ses_9", "msg_1", "hello");
    await until(() => shown.some((message) => /permission-denied/.test(message)), "the refusal");

    Object.assign(process.env, { YPP_TOKEN: token });
    await hooks["tool.execute.after"](
      { tool: "edit", sessionID: "ses_7", callID: "call_1", args: { filePath: "/home/ada/project/src/a.c" } },
      { title: "src/a.c", output: "", metadata: {} },
    );
    await until(() => peer.document.getArray("jobs").length === 1, "the call");
    const other = { id: "call_2", tool: "edit", status: "completed", author: "other", device: "terminal", finishedAt: 1, files: [{ path: "src/a.c", kind: "edit" }] };
    const YMap = peer.document.getMap("metadata").constructor;
    peer.document.getArray("jobs").push([new YMap(Object.entries(other))]);
    await until(() => shown.some((message) => /src\/a\.c without knowing/.test(message)), "the conflict");
    assert.equal(shown.length, 3, "each is said once");
  } finally {
    await Promise.all([hooks, unpaid, unknown].map((one) => one.dispose()));
    peer.destroy();
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
    for (const [id, created] of [["msg_3", 1_000], ["msg_4", 1_001]]) {
      const hooks = await startPlugin(relay, { sessions: { ses_3: { info: { id: "ses_3", title: "Named before" }, messages } } });
      await say(hooks, "ses_3", id, id, created);
      await until(() => textsOf(peer).includes("second") && textsOf(peer).at(-1) === id, "the past and the present");
      await hooks.dispose();
    }
    // The second run had no store, and said its message before it knew the document.
    assert.deepEqual(textsOf(peer), ["first", "second", "msg_3", "msg_4"]);
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
