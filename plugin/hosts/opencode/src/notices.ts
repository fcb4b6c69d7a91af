// What the person at the terminal is to know of a session without asking: what two devices did at once, and why it is not synced.
import type { PluginInput } from "@opencode-ai/plugin";

type Line = Record<string, unknown>;
type Job = { tool?: unknown; title?: unknown; author?: unknown };
type Status = { refusal?: unknown; tier?: { eligible?: unknown; maxSessions?: unknown; hint?: unknown } };

const kTitle = "pugi.cloud";

export class Notices {
  private readonly client: PluginInput["client"];
  private readonly directory: string;
  private readonly said = new Set<string>();

  constructor(client: PluginInput["client"], directory: string) {
    this.client = client;
    this.directory = directory;
  }

  // A line of a bridge.
  take(line: Line): void {
    if (line["event"] === "cloud-sync:conflict") {
      const { tool, title } = line["first"] as Job;
      this.show(`Two devices ran the same call at once: ${String(tool)} ${String(title ?? "")}`.trim());
    } else if (line["event"] === "cloud-sync:path-conflict") {
      this.show(`Two devices changed ${String(line["path"])} without knowing of each other`);
    }
    // Without a session there is nothing else to come: its settings are wrong.
    if (line["type"] === "error" && line["line"] === undefined) this.showOnce(`No session: ${(line["error"] as { message: string }).message}`);
    const status = line["status"] as Status | undefined;
    if (typeof status?.refusal === "string") this.showOnce(`The relay does not sync this session: ${status.refusal}`);
    if (status?.tier?.eligible === false && status.tier.maxSessions === 0) this.showOnce(String(status.tier.hint));
  }

  private showOnce(message: string): void {
    if (this.said.has(message)) return;
    this.said.add(message);
    this.show(message);
  }

  private show(message: string): void {
    const body = { title: kTitle, message, variant: "warning" as const };
    // Without a screen there is nobody to tell.
    Promise.resolve()
      .then(() => this.client.tui.showToast({ body, query: { directory: this.directory } }))
      .catch(() => {});
  }
}
