// The plugin as OpenCode calls it, with a real ypp-session and a real ypp-relay.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import path from "node:path";
import { test } from "node:test";
import { Client, Relay, until } from "../../../../tests/node/relay_process.mjs";
import { YppPlugin } from "../src/index.ts";

const token = "token-of-this-test";
const program = path.join(process.env.YPP_BIN_DIR, "ypp-session");
const document = (session) => `tenant_${createHash("sha256").update(token).digest("hex")}/pugi-session-${session}`;
const plain = (value) => value?.toJSON?.() ?? value;

async function startPlugin(relay, options = {}) {
  Object.assign(process.env, { YPP_RELAY_URL: relay.url, YPP_TOKEN: token, YPP_TIER: "team" });
  return YppPlugin({ worktree: "/home/ada/project", directory: "/home/ada/project" }, { program, ...options });
}

test("a turn of OpenCode is in the session document, and no key of a provider", async () => {
  const relay = await new Relay().start({ tokens: { [token]: { tier: "team" } } });
  const hooks = await startPlugin(relay);
  const peer = new Client(relay.url, document("ses_1"), { token });
  try {
    const sessionID = "ses_1";
    await hooks["chat.message"]({ sessionID, messageID: "msg_1" }, {
      message: { id: "msg_1", sessionID, role: "user", time: { created: 1 }, agent: "build", model: { providerID: "p", modelID: "m" } },
      parts: [{ id: "prt_1", sessionID, messageID: "msg_1", type: "text", text: "hello" }],
    });
    await hooks["chat.params"](
      { sessionID, agent: "build", model: {}, provider: { source: "api", info: { key: "sk-secret" }, options: { apiKey: "sk-secret" } }, message: {} },
      { temperature: 0, topP: 1, topK: 0, maxOutputTokens: undefined, options: { key: "sk-secret" } },
    );
    await hooks.event({ event: { type: "message.updated", properties: { info: { id: "msg_2", sessionID, role: "assistant", time: { created: 2 } } } } });
    for (const delta of ["An ", "answer"]) {
      await hooks.event({ event: { type: "message.part.delta", properties: { sessionID, messageID: "msg_2", partID: "prt_2", field: "text", delta } } });
    }
    await hooks["tool.execute.after"](
      { tool: "edit", sessionID, callID: "call_1", args: { filePath: "/home/ada/project/src/a.c", oldString: "a", newString: "b" } },
      { title: "src/a.c", output: "done", metadata: {} },
    );
    const messages = peer.document.getArray("messages");
    await until(() => messages.length === 2 && peer.document.getMap("file_mutations").has("src/a.c"), "the turn");
    assert.deepEqual(messages.map((message) => plain(message.get("parts").get(0).get("text"))), ["hello", "An answer"]);
    assert.equal(peer.document.getText("active_persona").toString(), "build");
    assert.ok(!JSON.stringify(peer.document.toJSON()).includes("sk-secret"));

    const status = JSON.parse(await hooks.tool.pugi_cloud_status.execute({}, { sessionID }));
    assert.equal(status.connected, true);
    assert.match(JSON.parse(await hooks.tool.pugi_cloud_handoff.execute({}, { sessionID })).url, /#handoff=/);
    await hooks.dispose();
    await until(() => peer.document.getMap("metadata").get("hostState") === "left", "the host left");
  } finally {
    peer.destroy();
    await hooks.dispose();
    await relay.remove();
  }
});

test("a bridge that is not there or dies does not disturb the host", async () => {
  const relay = await new Relay().start({ tokens: {} });
  try {
    const hooks = await startPlugin(relay, { program: "/nowhere/ypp-session" });
    await hooks["chat.message"]({ sessionID: "ses_2" }, { message: {}, parts: [] });
    await hooks["tool.execute.after"]({ tool: "x", sessionID: "ses_2", callID: "c", args: {} }, { title: "", output: "", metadata: {} });
    assert.match(await hooks.tool.pugi_cloud_status.execute({}, { sessionID: "ses_2" }), /Not possible/);
    await hooks.dispose();
  } finally {
    await relay.remove();
  }
});
