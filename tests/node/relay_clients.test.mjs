// Clients of every version that is in use, on one document of one relay.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { HocuspocusProvider as ProviderV2, HocuspocusProviderWebsocket as SocketV2 } from "hocuspocus-provider-v2";
import { HocuspocusProvider as ProviderV3, HocuspocusProviderWebsocket as SocketV3 } from "hocuspocus-provider-v3";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { Client, Relay, readDocument, sleep, until } from "./relay_process.mjs";

const tokens = {
  good: { documents: ["*"], user: "ada" },
  reader: { documents: ["*"], readOnly: true },
};
let relay;
before(async () => {
  relay = await new Relay().start({ tokens, args: ["--admin-token", "secret", "--history-retention", "3600"] });
});
after(() => relay.remove());

// A provider of an older version, with the members of Client that are used here.
class OldClient {
  constructor(Provider, Socket, name, token, options = {}) {
    this.socket = new Socket({ url: relay.url, delay: 50, minDelay: 50, maxDelay: 200 });
    this.document = new Y.Doc();
    this.text = this.document.getText("t");
    this.failed = [];
    this.provider = new Provider({
      websocketProvider: this.socket, name, token, document: this.document, broadcast: false,
      onAuthenticationFailed: ({ reason }) => this.failed.push(reason),
      ...options,
    });
    this.provider.attach?.();
  }
  get saved() {
    return this.provider.isSynced && this.provider.unsyncedChanges === 0;
  }
  untilSaved() {
    return until(() => this.saved, "everything synced and acknowledged");
  }
  append(text) {
    this.text.insert(this.text.length, text);
  }
  destroy() {
    this.provider.destroy();
    this.socket.destroy();
    this.document.destroy(); // and with it the timer of its awareness
  }
}

class YWebsocketClient {
  constructor(name, token) {
    this.document = new Y.Doc();
    this.text = this.document.getText("t");
    this.closed = [];
    this.provider = new WebsocketProvider(`${relay.url}/y-websocket`, name, this.document,
      { params: { token }, disableBc: true, maxBackoffTime: 200 });
    this.provider.on("connection-close", (event) => this.closed.push(event?.code));
  }
  untilSaved() {
    return until(() => this.provider.synced, "y-websocket is synced");
  }
  append(text) {
    this.text.insert(this.text.length, text);
  }
  destroy() {
    this.provider.destroy();
    this.document.destroy();
  }
}

test("providers of version 2, 3 and 4 and y-websocket edit one document together", async () => {
  const clients = [
    new OldClient(ProviderV2, SocketV2, "shared/doc", "good"),
    new OldClient(ProviderV3, SocketV3, "shared/doc", "good"),
    new Client(relay.url, "shared/doc", { token: "good" }),
    new Client(relay.url, "shared/doc", { token: "good", sessionAwareness: true }),
    new YWebsocketClient("shared/doc", "good"),
  ];
  await Promise.all(clients.map((client) => client.untilSaved()));
  for (let round = 0; round < 20; ++round) {
    clients.forEach((client, i) => client.append(String.fromCharCode(97 + i)));
    await sleep(1);
  }
  const expected = 20 * clients.length;
  await until(() => clients.every((client) => client.text.length === expected), "all have all of it");
  await Promise.all(clients.map((client) => client.untilSaved()));
  for (const client of clients) assert.equal(client.text.toString(), clients[0].text.toString());

  // Everybody sees everybody, and who leaves is gone at once.
  clients.forEach((client, i) => client.provider.awareness.setLocalStateField("name", `client ${i}`));
  const names = (client) =>
    [...client.provider.awareness.getStates().values()].map((state) => state.name).filter(Boolean).sort();
  const all = clients.map((_, i) => `client ${i}`);
  await until(() => clients.every((client) => names(client).length === all.length), "all see all");
  for (const client of clients) assert.deepEqual(names(client), all);
  clients[4].provider.awareness.setLocalState(null);
  await until(() => clients.slice(0, 4).every((client) => !names(client).includes("client 4")), "a null goes to all");
  clients[0].destroy();
  await until(() => clients.slice(1, 4).every((client) => !names(client).includes("client 0")), "who leaves is gone");
  for (const client of clients.slice(1)) client.destroy();
  assert.equal((await readDocument(relay.url, "shared/doc", "good")).text.length, expected);
});

test("readers of every version read and change nothing", async () => {
  const writer = new Client(relay.url, "read", { token: "good" });
  await writer.untilSaved();
  writer.append("x");
  await writer.untilSaved();
  const readers = [
    new OldClient(ProviderV2, SocketV2, "read", "reader"),
    new OldClient(ProviderV3, SocketV3, "read", "reader"),
    new Client(relay.url, "read", { token: "reader" }),
    new YWebsocketClient("read", "reader"),
  ];
  await until(() => readers.every((reader) => reader.text.toString() === "x"), "all read it");
  for (const reader of readers) reader.append("y");
  await sleep(300);
  assert.equal(writer.text.toString(), "x");
  assert.equal(readers[2].provider.authorizedScope, "readonly");
  assert.ok(readers[2].provider.unsyncedChanges > 0);
  for (const client of [writer, ...readers]) client.destroy();
});

test("clients of every version are told that their token is no good", async () => {
  const v2 = new OldClient(ProviderV2, SocketV2, "doc", "wrong");
  const v3 = new OldClient(ProviderV3, SocketV3, "doc", "wrong");
  const y = new YWebsocketClient("doc", "wrong");
  await until(() => v2.failed.length > 0 && v3.failed.length > 0 && y.closed.length > 0, "all are told");
  assert.equal(v2.failed[0], "permission-denied");
  assert.equal(v3.failed[0], "permission-denied");
  await sleep(500);
  assert.deepEqual(y.closed, [4401], "y-websocket does not come back");
  for (const client of [v2, v3, y]) client.destroy();
});

test("the history names who changed what, and shows the document as it was", async () => {
  const client = new Client(relay.url, "history", { token: "good" });
  await client.untilSaved();
  for (const letter of "abc") {
    client.append(letter);
    await client.untilSaved();
  }
  const api = `${relay.url.replace("ws:", "http:")}/api/documents/history`;
  const headers = { authorization: "Bearer secret" };
  const { updates } = await (await fetch(`${api}/history`, { headers })).json();
  assert.equal(updates.length, 3);
  for (const update of updates) {
    assert.equal(update.user, "ada");
    assert.ok(Math.abs(update.time_ms - Date.now()) < 60_000);
  }
  const { state } = await (await fetch(`${api}?position=${updates[1].position}&text=t`, { headers })).json();
  assert.deepEqual(state, { t: "ab" });
  client.destroy();
});

test("a custom relay of 30 lines: contexts, readers, initial content, texts to everybody", async () => {
  const custom = spawn(path.join(process.env.YPP_BIN_DIR, "ypp-custom-relay"), ["127.0.0.1:0"]);
  const line = await new Promise((resolve) => createInterface({ input: custom.stdout }).once("line", resolve));
  const url = /ws:\S+/.exec(line)[0];
  const heard = [];
  const ada = new Client(url, "doc", { token: "ada", onStateless: ({ payload }) => heard.push(payload) });
  await ada.untilText("# Notes\n");
  const guest = new Client(url, "doc", { token: "guest" });
  await guest.untilText("# Notes\n");
  assert.equal(guest.provider.authorizedScope, "readonly");
  await until(() => heard.includes("guest is here"), "ada hears of the guest");
  const nobody = new Client(url, "doc", { token: "" });
  await until(() => nobody.count("authenticationFailed") > 0, "who has no token is refused");
  assert.equal(nobody.events.find(({ event }) => event === "authenticationFailed").data.reason, "who are you?");
  for (const client of [ada, guest, nobody]) client.destroy();
  const exited = new Promise((resolve) => custom.on("close", resolve));
  custom.stdin.end("\n");
  assert.equal(await exited, 0);
});
