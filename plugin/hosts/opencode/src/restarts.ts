// When a bridge that ended may be started again: soon, and later each time that it did not live long.

const kFirstPauseMs = 1_000;
const kLongestPauseMs = 60_000;

type Run = { startedAt: number; pauseMs: number; notBefore: number; why: string };

export class Restarts {
  private readonly runs = new Map<string, Run>();
  private readonly now: () => number;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  mayStart(session: string): boolean {
    return this.now() >= (this.runs.get(session)?.notBefore ?? 0);
  }

  // Why the last one ended.
  why(session: string): string {
    return this.runs.get(session)?.why ?? "";
  }

  started(session: string): void {
    this.runs.set(session, { pauseMs: kFirstPauseMs, notBefore: 0, why: "", ...this.runs.get(session), startedAt: this.now() });
  }

  ended(session: string, why: string): void {
    const run = this.runs.get(session);
    if (run === undefined) return;
    if (this.now() - run.startedAt >= kLongestPauseMs) run.pauseMs = kFirstPauseMs;
    run.why = why;
    run.notBefore = this.now() + run.pauseMs;
    run.pauseMs = Math.min(2 * run.pauseMs, kLongestPauseMs);
  }
}
