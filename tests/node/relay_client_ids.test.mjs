// --bind-client-ids: nobody writes in the name of another, and stock providers notice nothing of it.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import * as Y from "yjs";
import { RawSocket, frame, syncFrame, toHex, tokenFrame } from "./raw_socket.mjs";
import { Client, Relay, readDocument, until } from "./relay_process.mjs";

const relay = new Relay();
const folder = path.join(relay.folder, "quarantine");
before(() => relay.start({
  tokens: { ada: { documents: ["*"], user: "ada" }, ada2: { documents: ["*"], user: "ada" }, eve: { documents: ["*"] } },
  args: ["--bind-client-ids", "--quarantine-dir", folder, "--admin-token", "secret"],
}));
after(() => relay.remove());

const api = (target, options = {}) =>
  fetch(`http://127.0.0.1:${relay.port}${target}`, { headers: { authorization: "Bearer secret" }, ...options });

// What the next edit of `document` would be, if somebody else made it.
function forge(document) {
  const forged = new Y.Doc();
  Y.applyUpdate(forged, Y.encodeStateAsUpdate(document));
  forged.clientID = document.clientID;
  const known = Y.encodeStateVector(forged);
  forged.getText("t").insert(0, "forged ");
  return Y.encodeStateAsUpdate(forged, known);
}

async function goOffline(client) {
  client.ownSocket.disconnect();
  await until(() => client.ownSocket.status === "disconnected", "it is offline");
}

test("an update in the name of another provider is refused, kept for the operator and not logged", async () => {
  const ada = new Client(relay.url, "doc", { token: "ada" });
  await ada.untilSaved();
  ada.append("hers");
  await ada.untilSaved();
  const forged = forge(ada.document);

  const eve = await RawSocket.open(relay.url);
  eve.send(tokenFrame("doc", "eve"));
  await until(() => eve.received.length > 0, "eve is let in");
  eve.send(syncFrame("doc", 2, forged));
  await until(() => eve.ofType(8).length === 1, "an answer");
  assert.equal(toHex(eve.ofType(8)[0]), toHex(frame("doc", 8)) + "00");

  const { updates } = await (await api("/api/quarantine")).json();
  assert.equal(updates.length, 1);
  const [kept] = updates;
  assert.equal(kept.document, "doc");
  assert.equal(kept.client, ada.document.clientID);
  assert.equal(kept.bytes, forged.length);
  assert.match(kept.address, /127\.0\.0\.1$/);
  const bytes = new Uint8Array(await (await api(`/api/quarantine/${kept.id}`)).arrayBuffer());
  assert.deepEqual(bytes, forged);
  assert.equal((await fetch(`http://127.0.0.1:${relay.port}/api/quarantine`)).status, 401);
  assert.deepEqual(readdirSync(folder).sort(), [`${kept.id}.json`, `${kept.id}.update`]);
  assert.match(relay.log, /refused an update of \d+ bytes: it writes as client \d+, which is not its own/);
  assert.doesNotMatch(relay.log, /forged/);
  assert.match(await (await api("/metrics")).text(), /ypp_relay_refusals_total\{reason="client_id"\} 1/);
  assert.equal((await api(`/api/quarantine/${kept.id}`, { method: "DELETE", headers: { authorization: "Bearer secret" } })).status, 204);
  assert.ok(!existsSync(path.join(folder, `${kept.id}.update`)));

  ada.append(" still");
  await ada.untilSaved();
  assert.equal((await readDocument(relay.url, "doc", "ada")).text, "hers still");
  eve.close();
  ada.destroy();
});

test("providers of several users work, offline edits and reconnections with a new token included", async () => {
  const eve = new Client(relay.url, "shared", { token: "eve" });
  let token = "ada";
  const ada = new Client(relay.url, "shared", { token: () => token });
  await eve.untilSaved();
  await ada.untilSaved();
  ada.append("a");
  await ada.untilSaved();
  await eve.untilText("a");
  eve.append("e");
  await eve.untilSaved();
  await ada.untilText("ae");

  // Edits of both while Ada is away, under the same client id, and another token of the same user.
  token = "ada2";
  await goOffline(ada);
  ada.append("A");
  eve.append("E");
  await eve.untilSaved();
  ada.ownSocket.connect();
  await until(() => ada.saved && ada.text.length === 4, "ada's offline edits are taken");
  await until(() => eve.text.toString() === ada.text.toString(), "both have the same");

  // Eve, who has all of it, comes back and is asked for nothing that is not hers.
  await goOffline(eve);
  ada.append("!");
  eve.append("?");
  await ada.untilSaved();
  eve.ownSocket.connect();
  await until(() => eve.saved && eve.text.length === 6, "eve's offline edits are taken");
  assert.deepEqual((await (await api("/api/quarantine")).json()).updates, []);
  ada.destroy();
  eve.destroy();
});

test("a relay that starts again restores a document from clients that have more than it", async () => {
  const ada = new Client(relay.url, "restored", { token: "ada" });
  ada.append("ada's");
  await ada.untilSaved();
  const eve = new Client(relay.url, "restored", { token: "eve" });
  await eve.untilText("ada's");
  await api("/api/documents/restored", { method: "DELETE", headers: { authorization: "Bearer secret" } });
  const isBack = (client) => client.count("authenticated") === 2 && client.saved;
  await until(() => isBack(ada) && isBack(eve), "both are back");
  assert.equal((await readDocument(relay.url, "restored", "ada")).text, "ada's");
  ada.append(" goes on");
  await ada.untilSaved();
  await eve.untilText("ada's goes on");
  ada.destroy();
  eve.destroy();
});
