// The real OpenCode with this plugin, a model of our own and this build's programs: what happens in it is in the session
// document on the relay. scripts/opencode-check installs the program and runs this.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client, Relay, until } from "../../../../tests/node/relay_process.mjs";
import { ModelServer } from "./model_server.mjs";

const kToken = "token-of-this-check";
const kApiKey = "key-of-the-model";
const kAnswer = "The file is there now, and it says hello to whoever reads it.";
const kLimitMs = 120_000;

// What OpenCode installs for any plugin at its start, from here: it takes a folder with a lock file for done.
function preinstall(home) {
  const folder = path.join(home, ".config", "opencode");
  for (const name of ["package.json", "package-lock.json", "node_modules"]) {
    cpSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), path.join(folder, name), { recursive: true });
  }
}

function configure(folder, model, { withPlugin = true } = {}) {
  const plugin = fileURLToPath(new URL("../src/index.ts", import.meta.url));
  const config = {
    model: "local/one",
    small_model: "local/one",
    share: "disabled",
    autoupdate: false,
    permission: { "*": "allow" },
    provider: {
      local: {
        npm: "@ai-sdk/openai-compatible",
        name: "Local",
        options: { baseURL: model.url, apiKey: kApiKey },
        models: { one: { name: "One", tool_call: true, limit: { context: 100_000, output: 4_000 } } },
      },
    },
    plugin: withPlugin ? [[`file://${plugin}`, { program: path.join(process.env.YPP_BIN_DIR, "ypp-session") }]] : [],
  };
  const project = path.join(folder, "project");
  if (!existsSync(project)) {
    preinstall(folder);
    mkdirSync(project);
  }
  writeFileSync(path.join(project, "opencode.json"), JSON.stringify(config));
  return project;
}

// Calls `onSession` with the session's id as soon as it is known.
async function runOpenCode({ folder, project, relay, prompt, session: known, onSession }) {
  const args = ["run", "--format", "json", "--auto", ...(known ? ["--session", known] : []), prompt];
  const child = spawn(process.env.OPENCODE_PROGRAM, args, {
    cwd: project,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      YPP_RELAY_URL: relay.url,
      YPP_TOKEN: kToken,
      YPP_TIER: "team",
    },
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), kLimitMs);
  let output = "";
  child.stderr.on("data", (data) => (output += data));
  createInterface({ input: child.stdout }).on("line", (line) => {
    output += `${line}\n`;
    const session = /"sessionID":"([^"]+)"/.exec(line);
    if (session) onSession(session[1]);
  });
  const code = await new Promise((resolve) => child.on("close", (code, signal) => resolve(code ?? signal)));
  clearTimeout(timer);
  assert.equal(code, 0, `opencode ended with ${code}: ${output}`);
}

const plain = (value) => value?.toJSON?.() ?? value;
const textOf = (message) => plain(message.get("parts")).filter((part) => part.type === "text").map((part) => part.text).join("");

const write = (folder) => ({ name: "write", arguments: { filePath: path.join(folder, "project", "hello.txt"), content: "hello\n" } });
const documentOf = (id) => `tenant_${createHash("sha256").update(kToken).digest("hex")}/pugi-session-${id}`;

test("a turn of the real OpenCode, its tool call and its answer as it streams reach the relay", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ypp-opencode-"));
  const relay = await new Relay().start({ tokens: { [kToken]: { tier: "team" } } });
  let peer;
  const messages = () => [...(peer?.document.getArray("messages") ?? [])];
  const seen = { half: "" };
  const model = await new ModelServer({
    call: () => write(folder),
    answer: kAnswer,
    // The model does not go on until somebody else has read the beginning.
    halfway: async () => {
      const answer = () => messages().filter((message) => message.get("role") === "assistant").map(textOf).at(-1);
      await until(() => answer(), "the beginning of the answer", kLimitMs / 2);
      seen.half = answer();
    },
  }).start();
  try {
    const project = configure(folder, model);
    await runOpenCode({
      folder,
      project,
      relay,
      prompt: "Please write hello.txt.",
      onSession: (id) => (peer ??= new Client(relay.url, documentOf(id), { token: kToken })),
    });
    assert.equal(readFileSync(path.join(project, "hello.txt"), "utf8"), "hello\n");
    await until(() => peer.document.getMap("metadata").get("hostState") === "left", "the host gone");

    assert.equal(messages()[0].get("role"), "user");
    assert.match(textOf(messages()[0]), /Please write hello\.txt\./);
    assert.equal(messages().at(-1).get("role"), "assistant");
    assert.equal(textOf(messages().at(-1)), kAnswer);
    assert.ok(kAnswer.startsWith(seen.half) && seen.half !== "" && seen.half.length < kAnswer.length, `half of the answer: ${seen.half}`);
    const jobs = peer.document.getArray("jobs").toJSON();
    assert.deepEqual(jobs.map(({ tool, status }) => ({ tool, status })), [{ tool: "write", status: "completed" }]);
    assert.deepEqual([...peer.document.getMap("file_mutations").keys()], ["hello.txt"]);
    assert.equal(peer.document.getText("active_persona").toString(), "build");
    const everything = JSON.stringify(peer.document.toJSON());
    for (const secret of [kApiKey, kToken]) assert.ok(!everything.includes(secret), `${secret} is in the document`);
  } finally {
    peer?.destroy();
    await relay.remove();
    await model.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the real OpenCode goes on with a session that it began without the plugin, and all of it is there", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ypp-opencode-"));
  const relay = await new Relay().start({ tokens: { [kToken]: { tier: "team" } } });
  const model = await new ModelServer({ call: () => write(folder), answer: kAnswer }).start();
  let peer;
  try {
    let session;
    const turn = (prompt, options) =>
      runOpenCode({ folder, relay, prompt, session, project: configure(folder, model, options), onSession: (id) => (session ??= id) });
    await turn("The first question.", { withPlugin: false });
    await turn("The second question.");
    peer = new Client(relay.url, documentOf(session), { token: kToken });
    const messages = () => [...peer.document.getArray("messages")];
    await until(() => messages().length > 0, "the session");
    const questions = messages().filter((message) => message.get("role") === "user").map(textOf);
    assert.equal(questions.length, 2);
    assert.match(questions[0], /The first question\./);
    assert.match(questions[1], /The second question\./);
    assert.equal(messages().filter((message) => textOf(message) === kAnswer).length, 2);
    const ids = messages().map((message) => message.get("id"));
    assert.deepEqual(ids, [...new Set(ids)].sort());
  } finally {
    peer?.destroy();
    await relay.remove();
    await model.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a subagent of the real OpenCode leaves its calls in the session that started it, and no session of its own", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ypp-opencode-"));
  // The tier has one session at a time.
  const relay = await new Relay().start({ tokens: { [kToken]: { tier: "builder" } } });
  const task = { name: "task", arguments: { description: "Write it", prompt: "Write hello.txt.", subagent_type: "general" } };
  const model = await new ModelServer({ call: (tools) => (tools.includes("task") ? task : write(folder)), answer: kAnswer }).start();
  let peer;
  try {
    let session;
    await runOpenCode({ folder, relay, prompt: "Let somebody write hello.txt.", project: configure(folder, model), onSession: (id) => (session ??= id) });
    peer = new Client(relay.url, documentOf(session), { token: kToken });
    const jobs = () => peer.document.getArray("jobs").toJSON().map(({ tool, status }) => `${tool} ${status}`);
    await until(() => jobs().length >= 2, "the jobs");
    assert.deepEqual(jobs(), ["write completed", "task completed"]);
    assert.deepEqual([...peer.document.getMap("file_mutations").keys()], ["hello.txt"]);
    const questions = [...peer.document.getArray("messages")].filter((message) => message.get("role") === "user").map(textOf);
    assert.equal(questions.length, 1);
  } finally {
    peer?.destroy();
    await relay.remove();
    await model.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
