// An OpenCode plugin that keeps each session in step with a ypp relay. In opencode.json:
//
//   "plugin": [["ypp-opencode", { "program": "ypp-session", "config": "/home/me/.config/ypp.json" }]]
//
// Each session has a bridge of its own, started at its first hook, which then gets what was said before; subagents work in the session that
// started them. One that ends is started again, and given what it missed in the same way. Nothing here throws into the host, and nothing waits
// for the network.
import { tool, type Plugin, type ToolDefinition } from "@opencode-ai/plugin";
import { Bridge, type Result } from "./bridge.ts";
import { sendHistory } from "./history.ts";
import { Notices } from "./notices.ts";
import { Restarts } from "./restarts.ts";
import { Sessions, type SessionInfo } from "./sessions.ts";
import { asOfParent, type HookCall } from "./subagent.ts";

// A hook waits so long for the bridge to have it on this machine's disk; the bridge goes on by itself after that.
const kHookLimitMs = 250;
// A handoff asks the relay, which answers in five seconds or not at all.
const kCommandLimitMs = 7_000;
// The bridge waits three seconds for the relay, and one to close.
const kDisposeLimitMs = 5_000;

// What the session document takes; other events would only be carried to and fro.
const kEvents = new Set(["message.updated", "message.part.updated", "message.part.delta"]);
// These name a session and its title. Alone they start no bridge: who renames an old session does not go on with it.
const kTitleEvents = new Set(["session.created", "session.updated"]);

const kCommands: Record<string, string> = {
  status: "Whether this session is synced: connection, peers, what is not stored yet, tier.",
  handoff: "A one-time link that continues this session in a browser or on a phone.",
  disconnect: "Goes offline. What is written meanwhile is kept, and sent after pugi_cloud_resume.",
  pause: "Stops syncing but stays connected, until pugi_cloud_resume.",
  resume: "Connects and syncs again after pugi_cloud_disconnect or pugi_cloud_pause.",
};

// OpenCode calls every function that a module exports with PluginInput, so the plugin is the only one.
export const YppPlugin: Plugin = async ({ client, worktree, directory }, options = {}) => {
  // Outside a repository OpenCode takes the whole disk for the worktree.
  const root = worktree === "/" ? directory : worktree;
  const program = text(options["program"]) ?? "ypp-session";
  const config = text(options["config"]);
  const sessions = new Sessions(client, directory);
  const notices = new Notices(client, directory);
  const restarts = new Restarts();
  const bridges = new Map<string, Bridge>();
  // In which session what a session does goes. One promise for all of its hooks, so that they stay in their order.
  const roots = new Map<string, Promise<SessionInfo>>();
  let disposed = false;

  const open = ({ id, title }: SessionInfo): Bridge => {
    if (disposed) throw new Error("the plugin was disposed of");
    if (!restarts.mayStart(id)) throw new Error(`${restarts.why(id)} (ypp-session is started again in a while)`);
    restarts.started(id);
    const args = ["bridge", "--session", id, "--worktree", root];
    if (config !== undefined) args.push("--config", config);
    const bridge = new Bridge({
      program,
      args,
      environment: process.env,
      onEnd: (why) => {
        bridges.delete(id);
        restarts.ended(id, why);
      },
      onLine: (line) => {
        notices.take(line);
        if (line["type"] !== "event" || line["event"] !== "history-wanted") return;
        // A past that cannot be had is missed by nobody who works here.
        sessions.messagesOf(id).then((messages) => sendHistory(bridge, messages)).catch(() => {});
      },
    });
    bridges.set(id, bridge);
    if (title !== undefined) tellTitle(bridge, { id, title });
    return bridge;
  };
  const placeOf = async (sessionID: string): Promise<{ bridge: Bridge; session: string }> => {
    let root = roots.get(sessionID);
    if (root === undefined) {
      root = sessions.rootOf(sessionID);
      roots.set(sessionID, root);
    }
    const { id } = await root;
    return { bridge: bridges.get(id) ?? open(sessions.infoKnown(id)), session: id };
  };
  const hook = async (sessionID: string, call: HookCall): Promise<void> => {
    try {
      await soon(
        placeOf(sessionID).then(({ bridge, session }) => {
          const line = session === sessionID ? call : asOfParent(call, session);
          return line === undefined ? undefined : bridge.ask({ type: "hook", ...line }, kHookLimitMs);
        }),
      );
    } catch {
      // Whatever it is, it must not end the user's turn.
    }
  };

  return {
    "chat.message": (input, output) => hook(input.sessionID, { hook: "chat.message", input, output }),
    // Of all that is in there, only this: provider.info and the options hold keys.
    "chat.params": ({ sessionID, agent }) => hook(sessionID, { hook: "chat.params", input: { sessionID, agent }, output: {} }),
    "tool.execute.after": (input, output) => hook(input.sessionID, { hook: "tool.execute.after", input, output }),
    event: async ({ event }) => {
      const { type, properties } = event as { type: string; properties: unknown };
      if (kTitleEvents.has(type)) return noteSession(properties);
      const sessionID = sessionOf(properties);
      if (kEvents.has(type) && sessionID !== undefined) await hook(sessionID, { hook: "event", input: { type, properties }, output: {} });
    },
    dispose: async () => {
      disposed = true;
      await Promise.all([...bridges.values()].map((bridge) => bridge.dispose(kDisposeLimitMs)));
    },
    tool: Object.fromEntries(Object.entries(kCommands).map(([name, description]) => [`pugi_cloud_${name}`, command(name, description)])),
  };

  function command(name: string, description: string): ToolDefinition {
    return tool({
      description,
      args: {},
      execute: async (_, { sessionID }) => {
        try {
          const { bridge } = await placeOf(sessionID);
          return show(await bridge.ask({ type: "command", name: `pugi.cloud.${name}` }, kCommandLimitMs));
        } catch (error) {
          return notPossible(error instanceof Error ? error.message : undefined);
        }
      },
    });
  }

  function noteSession(properties: unknown): void {
    const info = (properties as { info?: Partial<SessionInfo> } | undefined)?.info;
    const id = text(info?.id);
    if (id === undefined) return;
    const noted = { id, parentID: text(info?.parentID), title: text(info?.title) };
    sessions.note(noted);
    // Behind what waits for the same bridge.
    roots.get(id)?.then((root) => {
      const bridge = bridges.get(root.id);
      if (bridge !== undefined && root.id === id) tellTitle(bridge, noted);
    });
  }
};

function tellTitle(bridge: Bridge, { id, title }: SessionInfo): void {
  if (title !== undefined) void bridge.ask({ type: "hook", hook: "event", input: { type: "session.updated", properties: { info: { id, title } } } }, kHookLimitMs);
}

// What `work` gives if it does so in the time that a hook has.
async function soon(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => (timer = setTimeout(resolve, kHookLimitMs)));
  await Promise.race([work, limit]);
  clearTimeout(timer);
}

function show(result: Result): string {
  return result.ok ? JSON.stringify(result.value, null, 2) : notPossible(result.error?.message);
}

function notPossible(why: string | undefined): string {
  return `Not possible: ${why ?? "unknown"}`;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

// Events name their session in different places.
function sessionOf(properties: unknown): string | undefined {
  const fields = properties as { sessionID?: unknown; info?: { sessionID?: unknown }; part?: { sessionID?: unknown } } | undefined;
  return text(fields?.sessionID) ?? text(fields?.info?.sessionID) ?? text(fields?.part?.sessionID);
}
