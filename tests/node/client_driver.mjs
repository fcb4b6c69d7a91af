// Drives the C++ provider (ypp-client-driver) from a test.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";

export async function until(condition, what, timeoutMs = 30_000) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export class ClientDriver {
  constructor(url) {
    this.events = [];
    this.waiting = [];
    const program = join(process.env.YPP_BIN_DIR ?? "../../build/dev/bin", "ypp-client-driver");
    this.process = spawn(program, [url], { stdio: ["pipe", "pipe", "inherit"] });
    this.ended = new Promise((resolve) => this.process.on("exit", resolve));
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      if (line.startsWith("= ")) this.waiting.shift()(line.slice(2));
      else this.events.push(line.slice(2));
    });
  }

  send(command) {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.process.stdin.write(`${command}\n`);
    });
  }

  // The command must answer "ok".
  async ok(command) {
    const answer = await this.send(command);
    if (answer !== "ok") throw new Error(`${command}: ${answer}`);
  }

  event(text, timeoutMs) {
    return until(() => this.events.includes(text), `event "${text}" (there were: ${this.events.join(", ")})`, timeoutMs);
  }

  async end() {
    this.process.stdin.end();
    return this.ended;
  }
}
