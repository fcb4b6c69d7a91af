// One `ypp-session bridge`: JSON lines to a process and back. ../../../BRIDGE.md describes them.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";

const kVersion = 1;

export type Result = { ok: boolean; error?: { code: string; message: string }; value?: unknown };

export type BridgeOptions = {
  program: string;
  args: string[];
  environment: NodeJS.ProcessEnv;
  // Every line that is no result.
  onLine?: (line: Record<string, unknown>) => void;
  // Once, when the process has ended, or never began.
  onEnd?: (why: string) => void;
};

export class Bridge {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting = new Map<number, (result: Result) => void>();
  private readonly ended: Promise<void>;
  private lastId = 0;
  private gone = false;
  private why = "the bridge has ended";

  constructor({ program, args, environment, onLine, onEnd }: BridgeOptions) {
    // In a group of its own: an interrupt typed at the terminal is the host's. It ends with the host all the same, as its input does.
    this.child = spawn(program, args, { env: environment, stdio: ["pipe", "pipe", "pipe"], detached: true });
    // What it complains about is for its own user to see, not for the host's screen.
    this.child.stderr.resume();
    // A bridge that died must not take the host with it.
    this.child.stdin.on("error", () => {});
    this.ended = new Promise((resolve) => {
      const end = () => {
        if (this.gone) return;
        this.gone = true;
        for (const done of this.waiting.values()) done(this.goneResult());
        this.waiting.clear();
        resolve();
        onEnd?.(this.why);
      };
      this.child.on("close", end);
      this.child.on("error", (error) => {
        this.why = error.message;
        end();
      });
    });
    createInterface({ input: this.child.stdout }).on("line", (text) => {
      const line = parse(text);
      if (line === undefined) return;
      if (line["type"] === "result") {
        const id = line["id"] as number;
        this.waiting.get(id)?.(line as Result);
        this.waiting.delete(id);
      } else {
        // Of a line of ours that was not understood it says which; without one it cannot begin.
        if (line["type"] === "error" && line["line"] === undefined) this.why = (line["error"] as { message: string }).message;
        onLine?.(line);
      }
    });
    this.write({ type: "hello", version: kVersion });
  }

  // Carried out in the order of the calls. Resolves with what came in `limitMs`, and never throws: the bridge goes on with it meanwhile.
  ask(line: Record<string, unknown>, limitMs: number): Promise<Result> {
    if (this.gone) return Promise.resolve(this.goneResult());
    const id = ++this.lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        resolve({ ok: false, error: { code: "timeout", message: "the bridge has not answered yet" } });
      }, limitMs);
      this.waiting.set(id, (result) => {
        clearTimeout(timer);
        resolve(result);
      });
      this.write({ ...line, id });
    });
  }

  // Ends the session properly, or the process when that takes too long.
  async dispose(limitMs: number): Promise<void> {
    if (this.gone) return;
    this.write({ type: "dispose" });
    const timer = setTimeout(() => this.child.kill("SIGKILL"), limitMs);
    await this.ended;
    clearTimeout(timer);
  }

  private goneResult(): Result {
    return { ok: false, error: { code: "gone", message: this.why } };
  }

  private write(line: Record<string, unknown>): void {
    if (!this.gone) this.child.stdin.write(`${JSON.stringify(line)}\n`);
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === "object" && line !== null ? (line as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
