// Which sessions OpenCode has: their titles, and which of them were begun by a subagent inside another.
import type { PluginInput } from "@opencode-ai/plugin";

export type SessionInfo = { id: string; parentID?: string; title?: string };

// A subagent that starts subagents that start ...; the host does not go deeper than a few.
const kMaxDepth = 16;
const kAnswerLimitMs = 2_000;

export class Sessions {
  private readonly known = new Map<string, SessionInfo>();

  private readonly client: PluginInput["client"];
  private readonly directory: string;

  constructor(client: PluginInput["client"], directory: string) {
    this.client = client;
    this.directory = directory;
  }

  // From session.created and session.updated, which come before the host has it to give.
  note(info: SessionInfo): void {
    this.known.set(info.id, { id: info.id, parentID: info.parentID, title: info.title });
  }

  // The session in which a person works: itself, or the one at the top that started it. When the host does not say, itself.
  async rootOf(id: string): Promise<SessionInfo> {
    let info = await this.infoOf(id);
    for (let depth = 0; info.parentID !== undefined && depth < kMaxDepth; ++depth) info = await this.infoOf(info.parentID);
    return info;
  }

  // Without asking.
  infoKnown(id: string): SessionInfo {
    return this.known.get(id) ?? { id };
  }

  // {info, parts} of each of its messages, oldest first.
  async messagesOf(id: string): Promise<{ info: unknown; parts: unknown[] }[]> {
    const { data } = await this.client.session.messages({ path: { id }, query: { directory: this.directory } });
    return data ?? [];
  }

  private async infoOf(id: string): Promise<SessionInfo> {
    return this.known.get(id) ?? (await this.ask(id)) ?? { id };
  }

  private async ask(id: string): Promise<SessionInfo | undefined> {
    try {
      const signal = AbortSignal.timeout(kAnswerLimitMs);
      const { data } = await this.client.session.get({ path: { id }, query: { directory: this.directory }, signal });
      // What an event said meanwhile is newer.
      if (data !== undefined && !this.known.has(id)) this.note(data);
    } catch {
      // Then it stands for itself.
    }
    return this.known.get(id);
  }
}
