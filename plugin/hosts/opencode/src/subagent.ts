// What a subagent does, as its parent's session has it.
//
// A subagent works in a session of its own, which the host starts for a call of the tool `task`. It gets no session document and no bridge: nobody hands it off,
// each would take one of the concurrent sessions of the user's tier, and what it says comes back as the output of that call. But it works on
// the same files, so its calls are jobs of the session in which the person works, and what they did to files is recorded there.

export type HookCall = { hook: string; input: unknown; output: unknown };

// The call for the session `root`; undefined: it is left out.
export function asOfParent({ hook, input, output }: HookCall, root: string): HookCall | undefined {
  if (hook === "tool.execute.after") return { hook, input: { ...(input as object), sessionID: root }, output };
  if (hook !== "event") return undefined;
  const { type, properties } = input as { type: string; properties?: { part?: { type?: unknown; state?: { status?: unknown } } } };
  const part = properties?.part;
  // Of a call that failed there is no hook, only this.
  if (type !== "message.part.updated" || part?.type !== "tool") return undefined;
  if (part.state?.status !== "completed" && part.state?.status !== "error") return undefined;
  return { hook, input: { type, properties: { part: { ...part, sessionID: root, messageID: undefined } } }, output };
}
