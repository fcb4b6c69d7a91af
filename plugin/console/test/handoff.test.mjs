import assert from "node:assert/strict";
import test from "node:test";
import { HandoffError, redeem } from "../src/handoff.js";
import { keepLink, parseFragment } from "../src/link.js";

const location = { protocol: "https:", host: "relay.example" };

function server(status, body) {
  const asked = [];
  const fetch = async (address, request) => {
    asked.push({ address, body: JSON.parse(request.body) });
    return { status, json: async () => body };
  };
  return { asked, fetch };
}

test("a handoff's token is sent to the relay in the body alone, and gives the session's link", async () => {
  const { asked, fetch } = server(200, { document: "tenant_a/pugi-session-1", token: "session", expiresAt: 1 });
  const link = parseFragment("#handoff=one-time");
  assert.deepEqual(await redeem(link, { location, fetch }), { doc: "tenant_a/pugi-session-1", token: "session", relay: null });
  assert.deepEqual(asked, [{ address: "https://relay.example/api/handoff/redeem", body: { token: "one-time" } }]);
});

test("another relay is asked where the link says so", async () => {
  const { asked, fetch } = server(200, { document: "d", token: "t" });
  await redeem(parseFragment("#handoff=x&relay=ws://127.0.0.1:1234/"), { location, fetch });
  assert.equal(asked[0].address, "http://127.0.0.1:1234/api/handoff/redeem");
});

test("an expired, used or unknown link is explained", async () => {
  for (const [error, words] of [["handoff-expired", /expired/], ["handoff-used", /used already/], ["handoff-unknown", /does not know/]]) {
    const { fetch } = server(410, { error });
    await assert.rejects(redeem({ handoff: "x" }, { location, fetch }), (thrown) => thrown instanceof HandoffError && words.test(thrown.message));
  }
  const { fetch } = server(503, undefined);
  await assert.rejects(redeem({ handoff: "x" }, { location, fetch }), /503/);
  const offline = async () => { throw new TypeError("no network"); };
  await assert.rejects(redeem({ handoff: "x" }, { location, fetch: offline }), /cannot be reached/);
});

test("a one-time token is not kept", () => {
  const kept = new Map();
  const storage = { setItem: (key, value) => kept.set(key, value) };
  keepLink({ handoff: "x", relay: null }, storage);
  assert.equal(kept.size, 0);
  keepLink({ doc: "d", token: "t" }, storage);
  assert.equal(kept.size, 1);
});
