// An OpenCode plugin that keeps each session in step with a ypp relay. In opencode.json:
//
//   "plugin": [["ypp-opencode", { "program": "ypp-session", "config": "/home/me/.config/ypp.json" }]]
//
// Each session has a bridge of its own, started at its first hook. Nothing here throws into the host, and nothing waits for the network.
import { tool, type Plugin, type ToolDefinition } from "@opencode-ai/plugin";
import { Bridge, type Result } from "./bridge.ts";

// A hook waits so long for the bridge to have it on this machine's disk; the bridge goes on by itself after that.
const kHookLimitMs = 250;
// A handoff asks the relay, which answers in five seconds or not at all.
const kCommandLimitMs = 7_000;
// The bridge waits three seconds for the relay, and one to close.
const kDisposeLimitMs = 5_000;

// What the session document takes; other events would only be carried to and fro.
const kEvents = new Set(["message.updated", "message.part.updated", "message.part.delta", "session.updated"]);

const kCommands: Record<string, string> = {
  status: "Whether this session is synced: connection, peers, what is not stored yet, tier.",
  handoff: "A one-time link that continues this session in a browser or on a phone.",
  disconnect: "Goes offline. What is written meanwhile is kept, and sent after pugi_cloud_resume.",
  pause: "Stops syncing but stays connected, until pugi_cloud_resume.",
  resume: "Connects and syncs again after pugi_cloud_disconnect or pugi_cloud_pause.",
};

// OpenCode calls every function that a module exports with PluginInput, so the plugin is the only one.
export const YppPlugin: Plugin = async ({ worktree, directory }, options = {}) => {
  // Outside a repository OpenCode takes the whole disk for the worktree.
  const root = worktree === "/" ? directory : worktree;
  const program = text(options["program"]) ?? "ypp-session";
  const config = text(options["config"]);
  const bridges = new Map<string, Bridge>();

  const bridgeOf = (sessionID: string): Bridge => {
    let bridge = bridges.get(sessionID);
    if (bridge === undefined) {
      const args = ["bridge", "--session", sessionID, "--worktree", root];
      if (config !== undefined) args.push("--config", config);
      bridge = new Bridge({ program, args, environment: process.env });
      bridges.set(sessionID, bridge);
    }
    return bridge;
  };
  const hook = async (name: string, sessionID: string, input: unknown, output: unknown): Promise<void> => {
    try {
      await bridgeOf(sessionID).ask({ type: "hook", hook: name, input, output }, kHookLimitMs);
    } catch {
      // Whatever it is, it must not end the user's turn.
    }
  };

  return {
    "chat.message": (input, output) => hook("chat.message", input.sessionID, input, output),
    // Of all that is in there, only this: provider.info and the options hold keys.
    "chat.params": (input) => hook("chat.params", input.sessionID, { sessionID: input.sessionID, agent: input.agent }, {}),
    "tool.execute.after": (input, output) => hook("tool.execute.after", input.sessionID, input, output),
    event: async ({ event }) => {
      const { type, properties } = event as { type: string; properties: unknown };
      const sessionID = sessionOf(type, properties);
      if (kEvents.has(type) && sessionID !== undefined) await hook("event", sessionID, { type, properties }, {});
    },
    dispose: async () => {
      const open = [...bridges.values()];
      bridges.clear();
      await Promise.all(open.map((bridge) => bridge.dispose(kDisposeLimitMs)));
    },
    tool: Object.fromEntries(Object.entries(kCommands).map(([name, description]) => [`pugi_cloud_${name}`, command(name, description)])),
  };

  function command(name: string, description: string): ToolDefinition {
    return tool({
      description,
      args: {},
      execute: async (_, context) =>
        show(await bridgeOf(context.sessionID).ask({ type: "command", name: `pugi.cloud.${name}` }, kCommandLimitMs)),
    });
  }
};

function show(result: Result): string {
  return result.ok ? JSON.stringify(result.value, null, 2) : `Not possible: ${result.error?.message ?? "unknown"}`;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

// Events name their session in different places.
function sessionOf(type: string, properties: unknown): string | undefined {
  const fields = properties as { sessionID?: unknown; info?: { sessionID?: unknown; id?: unknown }; part?: { sessionID?: unknown } } | undefined;
  const named = text(fields?.sessionID) ?? text(fields?.info?.sessionID) ?? text(fields?.part?.sessionID);
  return named ?? (type === "session.updated" ? text(fields?.info?.id) : undefined);
}
