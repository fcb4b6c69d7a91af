import assert from "node:assert/strict";
import test from "node:test";
import { parseFragment, relayAddress, sessionId, takeLink } from "../src/link.js";

const kDoc = `tenant_${"0a".repeat(32)}/pugi-session-demo.1`;

function page(hash) {
  const kept = new Map();
  return {
    location: { hash, pathname: "/console/", search: "" },
    history: { addresses: [], replaceState(state, title, address) { this.addresses.push(address); } },
    storage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), kept },
  };
}

test("the link's fragment names the document and carries the token", () => {
  assert.deepEqual(parseFragment(`#doc=${kDoc}&token=a%26b%20c`), { doc: kDoc, token: "a&b c", relay: null });
});

test("an incomplete fragment is no link", () => {
  for (const hash of ["", "#", "#doc=x", "#token=x", "#doc=&token=x", "#nonsense"]) assert.equal(parseFragment(hash), null);
});

test("the token is taken out of the address and kept for a reload", () => {
  const { location, history, storage } = page(`#doc=${kDoc}&token=secret`);
  assert.equal(takeLink(location, history, storage).token, "secret");
  assert.deepEqual(history.addresses, ["/console/"]);
  assert.equal(takeLink({ ...location, hash: "" }, history, storage).token, "secret");
});

test("without a link and with a broken storage there is none", () => {
  const { location, history, storage } = page("");
  assert.equal(takeLink(location, history, storage), null);
  for (const broken of ["{", "7", "null", '{"doc":1}']) {
    storage.setItem("ypp-console", broken);
    assert.equal(takeLink(location, history, storage), null);
  }
});

test("the relay is where the page came from, unless the link says another", () => {
  assert.equal(relayAddress({}, { protocol: "http:", host: "127.0.0.1:1234" }), "ws://127.0.0.1:1234");
  assert.equal(relayAddress({}, { protocol: "https:", host: "x.example" }), "wss://x.example");
  assert.equal(relayAddress({ relay: "wss://r.example" }, { protocol: "https:", host: "x.example" }), "wss://r.example");
  assert.equal(relayAddress({ relay: "javascript:alert(1)" }, { protocol: "http:", host: "h" }), "ws://h");
});

test("the session's own name is shown", () => {
  assert.equal(sessionId(kDoc), "demo.1");
  assert.equal(sessionId("notes"), "notes");
});
