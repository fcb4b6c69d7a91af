// Drives `ypp-session chat` as a person at a terminal would: types lines, reads what it shows.
import { spawn } from "node:child_process";
import { once } from "node:events";

export class Terminal {
  constructor(program, args) {
    this.output = "";
    this.errors = "";
    this.watchers = new Set();
    this.child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.exited = once(this.child, "exit").then(([code, signal]) => code ?? signal);
    this.child.stdout.setEncoding("utf8").on("data", (text) => this.take(text));
    this.child.stderr.setEncoding("utf8").on("data", (text) => (this.errors += text));
  }

  take(text) {
    this.output += text;
    for (const watcher of this.watchers) watcher();
  }

  type(line) {
    this.child.stdin.write(`${line}\n`);
  }

  // Types a line and resolves with the match in what is shown after it.
  async answers(line, pattern) {
    const from = this.output.length;
    this.type(line);
    return await this.sees(pattern, { from });
  }

  // Resolves with the match in what was shown so far, from the given place on, or comes within the time.
  async sees(pattern, { from = 0, timeoutMs = 60_000 } = {}) {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(this.output.slice(from));
      if (match) return match;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`the terminal did not show ${pattern} in ${timeoutMs} ms; it showed:\n${this.output}${this.errors}`);
      await new Promise((resolve) => {
        const timer = setTimeout(done, left);
        const watchers = this.watchers;
        function done() {
          clearTimeout(timer);
          watchers.delete(done);
          resolve();
        }
        watchers.add(done);
      });
    }
  }

  // The end of the input, as Ctrl-D is. Gives the exit code.
  async leave() {
    this.child.stdin.end();
    return await this.exited;
  }

  kill() {
    this.child.kill("SIGKILL");
  }
}
