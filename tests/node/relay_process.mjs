// A ypp-relay started for a test, in a folder of its own, and stock providers to connect to it.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import * as Y from "yjs";

if (!process.env.YPP_BIN_DIR) throw new Error("YPP_BIN_DIR must name the folder of ypp-relay");
const program = path.join(process.env.YPP_BIN_DIR, "ypp-relay");

export { sleep };

// Waits for `condition`; fails with `what` after a time that no working relay needs.
export async function until(condition, what, timeoutMs = 20_000) {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await sleep(5);
  }
}

// Runs the program to its end.
export function run(args) {
  return new Promise((resolve) => {
    const child = spawn(program, args);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data) => (stdout += data));
    child.stderr.on("data", (data) => (stderr += data));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

export class Relay {
  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), "ypp-relay-"));
    this.database = path.join(this.folder, "documents.db");
    this.port = 0;
    this.log = "";
  }

  // Starts, or starts again on the same port and database. `tokens` as in the tokens file; without it the relay is open,
  // unless `access` says otherwise.
  async start({ tokens, access = ["--open"], args = [] } = {}) {
    if (tokens !== undefined) this.tokens = tokens;
    this.args = args.length ? args : (this.args ?? []);
    if (this.tokens) {
      const file = path.join(this.folder, "tokens.json");
      writeFileSync(file, JSON.stringify(this.tokens));
      access.splice(0, 1, "--tokens", file);
    }
    const child = spawn(program, [
      "--listen", `127.0.0.1:${this.port}`, "--db", this.database, ...access, ...this.args,
    ]);
    this.process = child;
    const endWithTest = () => child.kill("SIGKILL");
    process.on("exit", endWithTest);  // also of a test that failed before it removed this
    this.exited = new Promise((resolve) => {
      child.on("close", (code, signal) => {
        process.off("exit", endWithTest);
        resolve({ code, signal });
      });
    });
    this.process.stderr.on("data", (data) => (this.log += data));
    const lines = createInterface({ input: this.process.stdout });
    const line = await Promise.race([
      new Promise((resolve) => lines.once("line", resolve)),
      this.exited.then(() => Promise.reject(new Error(`the relay ended: ${this.log}`))),
    ]);
    this.port = Number(/wss?:\/\/127\.0\.0\.1:(\d+)/.exec(line)[1]);
    return this;
  }

  get residentKiB() {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.process.pid}/status`, "utf8"))[1]);
  }
  get url() {
    return `ws://127.0.0.1:${this.port}`;
  }

  async kill() {
    this.process.kill("SIGKILL");
    await this.exited;
  }

  async terminate() {
    this.process.kill("SIGTERM");
    return this.exited;
  }

  async remove() {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.kill();
    rmSync(this.folder, { recursive: true });
  }
}

// Reconnects fast, so that tests need not wait for a second.
export function openSocket(url, options = {}) {
  return new HocuspocusProviderWebsocket({ url, delay: 50, minDelay: 50, maxDelay: 200, ...options });
}

// A provider with a socket of its own, unless it gets one. `text` is its document's text "t".
export class Client {
  constructor(url, name, { token = "", websocketProvider, ...options } = {}) {
    this.ownSocket = websocketProvider ? undefined : openSocket(url);
    this.events = [];
    const note = (event) => (data) => this.events.push({ event, data });
    this.provider = new HocuspocusProvider({
      websocketProvider: websocketProvider ?? this.ownSocket,
      name,
      token,
      document: new Y.Doc(),
      onAuthenticationFailed: note("authenticationFailed"),
      onAuthenticated: note("authenticated"),
      onClose: note("close"),
      ...options,
    });
    this.provider.attach();
    this.document = this.provider.document;
    this.text = this.document.getText("t");
  }

  count(event) {
    return this.events.filter((entry) => entry.event === event).length;
  }
  get saved() {
    return this.provider.isSynced && this.provider.unsyncedChanges === 0;
  }
  untilSaved() {
    return until(() => this.saved, "everything synced and acknowledged");
  }
  untilText(text) {
    return until(() => this.text.toString() === text, `the text "${text}", it is "${this.text}"`);
  }
  append(text) {
    this.text.insert(this.text.length, text);
  }
  destroy() {
    this.provider.destroy();
    this.ownSocket?.destroy();
  }
}

// What a fresh client is given: the document's state, and its text "t".
export async function readDocument(url, name, token = "") {
  const client = new Client(url, name, { token });
  await client.untilSaved();
  const result = {
    text: client.text.toString(),
    list: client.document.getArray("a").toArray(),
    state: Buffer.from(Y.encodeStateAsUpdate(client.document)).toString("hex"),
  };
  client.destroy();
  return result;
}
