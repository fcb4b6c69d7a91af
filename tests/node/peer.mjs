// ypp-peer: documents of the C++ engine at the end of a pipe.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import readline from "node:readline";

export class CppPeer {
  constructor(program = path.join(process.env.YPP_BIN_DIR ?? "build/release/bin", "ypp-peer")) {
    this.child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
    this.waiting = [];
    readline.createInterface({ input: this.child.stdout }).on("line", (line) => {
      this.waiting.shift().resolve(line);
    });
    this.child.on("error", (error) => this.#fail(error));
    this.child.on("exit", (code, signal) => this.#fail(new Error(`ypp-peer ended (${signal ?? code})`)));
  }

  // The answer to a command. Throws what the engine complains of.
  async ask(command) {
    if (this.ended) throw this.ended;
    const answer = new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
    this.child.stdin.write(JSON.stringify(command) + "\n");
    const reply = JSON.parse(await answer);
    if (reply.error !== undefined) throw new Error(`C++: ${reply.error}`);
    return reply;
  }

  async close() {
    const exited = once(this.child, "exit");
    this.child.stdin.end();
    await exited;
  }

  #fail(error) {
    this.ended = error;
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}
