// ypp-session bridge, started for a test: hooks and commands in, results and events out.
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { until } from "./relay_process.mjs";

export class Bridge {
  // `settings` as in plugin/config.h, by the names of the environment without "YPP_".
  constructor(settings, args = []) {
    const environment = { PATH: process.env.PATH };
    for (const [name, value] of Object.entries(settings)) environment[`YPP_${name}`] = String(value);
    this.process = spawn(path.join(process.env.YPP_BIN_DIR, "ypp-session"), ["bridge", ...args], { env: environment });
    this.lines = [];
    this.errors = "";
    this.waiting = new Map();
    this.lastId = 0;
    this.exited = new Promise((resolve) => this.process.on("close", (code, signal) => resolve(code ?? signal)));
    this.process.stderr.on("data", (data) => (this.errors += data));
    this.process.stdin.on("error", () => {});
    createInterface({ input: this.process.stdout }).on("line", (text) => {
      if (this.killed) return; // the last line may be half a one
      const line = JSON.parse(text);
      this.lines.push(line);
      if (line.type === "result") this.waiting.get(line.id)?.(line);
    });
  }

  write(line) {
    this.process.stdin.write(typeof line === "string" ? `${line}\n` : `${JSON.stringify(line)}\n`);
  }
  async hello() {
    this.write({ type: "hello", version: 1 });
    await until(() => this.lines.some((line) => line.type === "hello" || line.type === "error"), "an answer to hello");
    return this.lines.find((line) => line.type === "hello" || line.type === "error");
  }
  ask(line) {
    const id = ++this.lastId;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.write({ ...line, id });
    });
  }
  hook(hook, input, output = {}) {
    return this.ask({ type: "hook", hook, input, output });
  }
  command(name, args = {}) {
    return this.ask({ type: "command", name, arguments: args });
  }
  say(id, text) {
    return this.hook("chat.message", { messageID: id }, { parts: [{ type: "text", text }] });
  }
  edit(callID, filePath) {
    return this.hook("tool.execute.after", { tool: "edit", callID, args: { filePath } }, { title: filePath, output: "", metadata: {} });
  }
  events(name) {
    return this.lines.filter((line) => line.type === "event" && line.event === name);
  }
  async untilSaved() {
    for (;;) {
      const { value } = await this.command("pugi.cloud.status");
      if (value.sync.durable) return value;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  async dispose() {
    this.write({ type: "dispose" });
    return this.exited;
  }
  kill() {
    this.killed = true;
    this.process.stdout.resume(); // else it never ends
    this.process.kill("SIGKILL");
    return this.exited;
  }
}
