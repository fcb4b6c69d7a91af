// What was said in a session before this plugin came: ../../../BRIDGE.md, `history`.
import type { Bridge } from "./bridge.ts";

type Entry = { info: unknown; parts: unknown[] };

// A line takes 33 MiB at most, and the bridge does nothing else while it reads one.
const kLineCharacters = 4 << 20;
const kLineLimitMs = 60_000;

// Sends it in as many lines as it takes, one after the other.
export async function sendHistory(bridge: Bridge, messages: Entry[]): Promise<void> {
  let line: Entry[] = [];
  let characters = 0;
  const send = async () => {
    if (line.length > 0) await bridge.ask({ type: "history", messages: line }, kLineLimitMs);
    line = [];
    characters = 0;
  };
  for (const message of withoutUnfinished(messages)) {
    line.push(message);
    characters += JSON.stringify(message).length;
    if (characters >= kLineCharacters) await send();
  }
  await send();
}

// An answer that is being written comes through the hooks, piece by piece; what is here of it would be there twice.
function withoutUnfinished(messages: Entry[]): Entry[] {
  const last = messages.at(-1)?.info as { role?: unknown; time?: { completed?: unknown } } | undefined;
  return last?.role === "assistant" && last.time?.completed === undefined ? messages.slice(0, -1) : messages;
}
