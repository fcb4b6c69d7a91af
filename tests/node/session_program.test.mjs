// ypp-session as a stranger uses it: what it says when something is wrong.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { Bridge } from "./bridge_process.mjs";
import { Client, Relay, sleep, until } from "./relay_process.mjs";

class Program {
  constructor(args, environment = {}) {
    this.process = spawn(path.join(process.env.YPP_BIN_DIR, "ypp-session"), args, {
      env: { PATH: process.env.PATH, ...environment },
    });
    this.output = "";
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on("data", (data) => (this.output += data));
    this.process.stdin.on("error", () => {});
    this.exited = new Promise((resolve) => this.process.on("close", (code, signal) => resolve(code ?? signal)));
  }
  type(line) {
    this.process.stdin.write(`${line}\n`);
  }
  sees(pattern) {
    return until(() => pattern.test(this.output), `${pattern} in: ${this.output}`);
  }
  leave() {
    this.process.stdin.end();
    return this.exited;
  }
}

// Runs it without input: exit code and all it said.
async function run(args, environment) {
  const program = new Program(args, environment);
  const code = await program.leave();
  return { code, output: program.output };
}

const chat = (relay, more = ["--leave-timeout-ms", "500"]) => ["chat", "--relay", relay, "--session", "s1", ...more];

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("each command has a help, and a word that is not known is named", async () => {
  for (const args of [[], ["chat"], ["bridge"], ["repair"]]) {
    const { code, output } = await run([...args, "--help"]);
    assert.equal(code, 0);
    assert.match(output, /Usage: ypp-session/);
  }
  for (const args of [["nonsense"], ["chat", "--nonsense"], ["bridge", "nonsense"]]) {
    const { code, output } = await run(args);
    assert.equal(code, 2);
    assert.match(output, /unknown: (--)?nonsense/);
  }
  const { code, output } = await run(chat("ws://127.0.0.1:1", ["--tier", "gold"]));
  assert.equal(code, 2);
  assert.match(output, /gold not in/);
});

test("a tier in the environment is the terminal's to refuse, and the bridge takes it for one without sessions", async () => {
  const environment = { YPP_TIER: "gold", YPP_TOKEN: "t", YPP_RELAY_URL: "ws://127.0.0.1:1" };
  const refused = await run(["chat"], environment);
  assert.equal(refused.code, 2);
  assert.match(refused.output, /YPP_TIER: gold not in/);
  const bridge = new Bridge({ TIER: "gold", TOKEN: "t", RELAY_URL: "ws://127.0.0.1:1" });
  const { status } = await bridge.hello();
  assert.equal(status.tier.eligible, false);
  assert.match(status.tier.hint, /not known/);
  assert.equal(await bridge.dispose(), 0);
});

test("a bridge whose settings cannot be used says so as a line", async () => {
  const bridge = new Bridge({ SYNC_MODE: "sometimes", TOKEN: "t", RELAY_URL: "ws://127.0.0.1:1" });
  assert.equal(await bridge.exited, 2);
  assert.deepEqual(bridge.lines, [{ type: "error", error: { code: "invalid", message: "the value of YPP_SYNC_MODE cannot be used" } }]);
});

test("every setting of the bridge is in its help and in its page", async () => {
  const source = (file) => readFileSync(new URL(`../../plugin/${file}`, import.meta.url), "utf8");
  const settings = [...source("config.cc").matchAll(/\{"(\w+)",\s*"(YPP_\w+)"/g)];
  assert.ok(settings.length > 10);
  const { output } = await run(["bridge", "--help"]);
  for (const [, name, variable] of settings) {
    for (const text of [output, source("BRIDGE.md"), source("config.h")]) {
      assert.match(text, new RegExp(`\\b${variable}\\b`));
      assert.match(text, new RegExp(`\\b${name}\\b`));
    }
  }
});

test("what is missing is said: the token, the relay, a relay's address", async () => {
  assert.match((await run(chat("ws://127.0.0.1:1"))).output, /no token/);
  assert.match((await run(["chat"], { YPP_TOKEN: "t" })).output, /--relay is required/);
  assert.match((await run(chat("http://x"), { YPP_TOKEN: "t" })).output, /not a ws:/);
  for (const [environment, word] of [[{ YPP_TOKEN: "t" }, "relay"], [{ YPP_RELAY_URL: "ws://127.0.0.1:1" }, "token"]]) {
    const bridge = new Program(["bridge"], environment);
    bridge.type(JSON.stringify({ type: "hello", version: 1 }));
    assert.equal(await bridge.exited, 2);
    assert.match(JSON.parse(bridge.output).error.message, new RegExp(`no ${word}`));
  }
});

test("a relay that comes later is waited for, and nothing typed before is lost", async () => {
  const port = await freePort();
  const program = new Program(chat(`ws://127.0.0.1:${port}`, ["--leave-timeout-ms", "20000"]), { YPP_TOKEN: "good" });
  const relay = new Relay();
  relay.port = port;
  try {
    await program.sees(/^offline: .* kept and sent when the relay can be reached$/m);
    program.type("typed before");
    await relay.start({ tokens: { good: { tier: "builder" } } });
    await program.sees(/^connected: everything is stored by the relay$/m);
    await relay.kill();
    await program.sees(/connected[^]*offline/);
    await relay.start();
    assert.equal(await program.leave(), 0, program.output);
    assert.match(program.output, /left; everything is stored by the relay/);
  } finally {
    program.process.kill();
    await relay.remove();
  }
});

test("a token that is wrong, has expired or is taken back is said to be, and ends the program", async () => {
  const relay = await new Relay().start({
    tokens: { good: { tier: "builder" }, old: { tier: "builder", expiresAt: Date.parse("2020-01-01") } },
  });
  try {
    const old = new Program(chat(relay.url), { YPP_TOKEN: "old" });
    await old.sees(/^the token has expired/m);
    assert.equal(await old.exited, 1);

    const wrong = new Program(chat(relay.url), { YPP_TOKEN: "wrong" });
    await wrong.sees(/^the relay does not take this token for this session$/m);
    assert.equal(await wrong.exited, 1);

    const good = new Program(chat(relay.url), { YPP_TOKEN: "good" });
    await good.sees(/^connected/m);
    writeFileSync(path.join(relay.folder, "tokens.json"), JSON.stringify({ other: {} }));
    relay.process.kill("SIGHUP");
    await good.sees(/^the relay does not take this token for this session$/m);
    assert.equal(await good.exited, 1);
  } finally {
    await relay.remove();
  }
});

// A relay whose one token is replaced by another now and then.
class RenewedToken {
  async start() {
    this.relay = await new Relay().start({ tokens: { first: this.rights } });
    this.file = path.join(this.relay.folder, "token");
    writeFileSync(this.file, "first\n", { mode: 0o600 });
    return this;
  }
  get rights() {
    return { tier: "builder", tenant: "ada" };
  }
  take(token) {
    writeFileSync(path.join(this.relay.folder, "tokens.json"), JSON.stringify({ [token]: this.rights }));
    this.relay.process.kill("SIGHUP");
  }
}

test("a renewed token is read from its file, and one that was not renewed is shown once and not again", async () => {
  const renewed = await new RenewedToken().start();
  const { relay, file } = renewed;
  const program = new Program(chat(relay.url, ["--token-file", file, "--tenant", "ada"]));
  let peer;
  try {
    await program.sees(/^connected/m);
    writeFileSync(file, "second\n");
    renewed.take("second");
    peer = new Client(relay.url, "tenant_ada/pugi-session-s1", { token: "second" });
    await until(() => peer.provider.isSynced, "the relay knows the second token");
    program.type("said with the second token");
    await until(() => peer.document.getArray("messages").length === 1, "the message");
    assert.doesNotMatch(program.output, /does not take/);
    renewed.take("third");
    await program.sees(/^the relay does not take this token for this session$/m);
    assert.equal(await program.exited, 1);
  } finally {
    peer?.destroy();
    program.process.kill();
    await relay.remove();
  }
});

test("a bridge whose token was refused reads the file again when it is told to go on, and not before", async () => {
  const renewed = await new RenewedToken().start();
  const { relay, file } = renewed;
  const bridge = new Bridge({ RELAY_URL: relay.url, TOKEN_FILE: file, TENANT: "ada", TIER: "builder", SESSION_ID: "s1" });
  const refusals = () => relay.log.split("\n").filter((line) => line.includes("refused a document")).length;
  try {
    await bridge.hello();
    await bridge.untilSaved();
    renewed.take("second");
    await until(() => bridge.events("status").at(-1)?.status.refusal, "the refusal");
    const once = refusals();
    await sleep(1_500); // longer than the first steps of the backoff
    assert.equal(refusals(), once);
    assert.ok((await bridge.say("m1", "kept meanwhile")).ok);
    writeFileSync(file, "second");
    await bridge.command("pugi.cloud.resume");
    await bridge.untilSaved();
    assert.equal(await bridge.dispose(), 0, bridge.errors);
  } finally {
    await bridge.kill();
    await relay.remove();
  }
});

test("who has no synced sessions is told so, and that nothing was sent", async () => {
  const { code, output } = await run(chat("ws://127.0.0.1:1", ["--tier", "free"]), { YPP_TOKEN: "t" });
  assert.equal(code, 0);
  assert.equal(output.match(/not synced: the free tier/g).length, 1);
  assert.match(output, /left; nothing was sent to a relay/);
});

test("a damaged local store names the command that mends it, which does", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ypp-repair-"));
  const store = path.join(folder, "store");
  const free = chat("ws://127.0.0.1:1", ["--tier", "free", "--local-store", store]);
  try {
    const program = new Program(free, { YPP_TOKEN: "t" });
    program.type("kept on this machine");
    program.type("/history");
    await program.sees(/> kept on this machine/);
    await program.leave();
    for (const file of readdirSync(store)) {
      if (file.startsWith("MANIFEST-")) writeFileSync(path.join(store, file), "damage");
    }
    assert.match((await run(free, { YPP_TOKEN: "t" })).output, /the local store is damaged; `ypp-session repair`/);
    const repaired = await run(["repair", store]);
    assert.equal(repaired.code, 0, repaired.output);
    assert.ok(readdirSync(folder).includes("store.damaged"));
    const again = new Program(free, { YPP_TOKEN: "t" });
    again.type("/history");
    await again.sees(/> kept on this machine/);
    await again.leave();
    assert.equal((await run(["repair", folder])).code, 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
