// Stock providers through ypp-relay: documents, presence and rights.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import * as Y from "yjs";
import { Client, Relay, openSocket, readDocument, sleep, until } from "./relay_process.mjs";

const ownPrefix = `tenant_${createHash("sha256").update("tenant-token").digest("hex")}/`;
const relay = new Relay();
before(() =>
  relay.start({
    tokens: {
      "writer-token": { tier: "pro", documents: ["*"] },
      "reader-token": { readOnly: true, documents: ["shared-*"] },
      "tenant-token": { tier: "free" },
    },
  }),
);
after(() => relay.remove());
const token = "writer-token";

test("two clients converge both ways and everything is acknowledged", async () => {
  const ada = new Client(relay.url, "both", { token });
  const bob = new Client(relay.url, "both", { token });
  await Promise.all([ada.untilSaved(), bob.untilSaved()]);
  ada.append("hello");
  await bob.untilText("hello");
  bob.append(" world");
  await ada.untilText("hello world");
  ada.document.getMap("m").set("nested", new Y.Array());
  ada.document.getMap("m").get("nested").push([1, { two: 3 }]);
  ada.text.delete(0, 6);
  await until(
    () => JSON.stringify(bob.document.getMap("m")) === '{"nested":[1,{"two":3}]}',
    "the nested type arrives",
  );
  await bob.untilText("world");
  await Promise.all([ada.untilSaved(), bob.untilSaved()]);
  assert.deepEqual(Y.encodeStateVector(ada.document), Y.encodeStateVector(bob.document));
  assert.equal((await readDocument(relay.url, "both", token)).text, "world");
  ada.destroy();
  bob.destroy();
});

test("edits made at the same time merge", async () => {
  const clients = [1, 2, 3, 4].map(() => new Client(relay.url, "many", { token }));
  await Promise.all(clients.map((client) => client.untilSaved()));
  for (let round = 0; round < 50; ++round) {
    for (const [i, client] of clients.entries()) {
      client.text.insert(Math.floor(Math.random() * (client.text.length + 1)), `${i}`);
    }
    if (round % 10 === 0) await sleep(1);
  }
  await Promise.all(clients.map((client) => client.untilSaved()));
  await until(() => clients.every((client) => client.text.length === 200), "all 200 letters are there");
  const texts = new Set(clients.map((client) => client.text.toString()));
  assert.equal(texts.size, 1);
  clients.forEach((client) => client.destroy());
});

test("several documents share one socket", async () => {
  const socket = openSocket(relay.url);
  const names = ["one", "two", "three"];
  const here = names.map((name) => new Client(relay.url, name, { token, websocketProvider: socket }));
  const there = names.map((name) => new Client(relay.url, name, { token }));
  await Promise.all([...here, ...there].map((client) => client.untilSaved()));
  here.forEach((client, i) => client.append(names[i]));
  await Promise.all(there.map((client, i) => client.untilText(names[i])));
  // One document goes, the others stay.
  here[0].destroy();
  there[1].append("!");
  await here[1].untilText("two!");
  [...here, ...there].forEach((client) => client.destroy());
  socket.destroy();
});

test("two sessions of one document share one socket", async () => {
  const socket = openSocket(relay.url);
  const options = { token, websocketProvider: socket, sessionAwareness: true };
  const first = new Client(relay.url, "sessions", options);
  const second = new Client(relay.url, "sessions", options);
  await Promise.all([first.untilSaved(), second.untilSaved()]);
  first.append("from the first");
  await second.untilText("from the first");
  await Promise.all([first.untilSaved(), second.untilSaved()]);
  first.destroy();
  second.destroy();
  socket.destroy();
});

test("presence is seen by the others and ends with the connection", async () => {
  const ada = new Client(relay.url, "presence", { token });
  const bob = new Client(relay.url, "presence", { token });
  await Promise.all([ada.untilSaved(), bob.untilSaved()]);
  const seen = () => bob.provider.awareness.getStates().get(ada.document.clientID);
  ada.provider.setAwarenessField("user", { name: "ada" });
  await until(() => seen()?.user?.name === "ada", "bob sees ada");
  const carol = new Client(relay.url, "presence", { token });
  await until(
    () => carol.provider.awareness.getStates().get(ada.document.clientID)?.user?.name === "ada",
    "a newcomer sees ada",
  );
  // Ada says that she is gone.
  ada.provider.awareness.setLocalState(null);
  await until(() => seen() === undefined, "bob sees that ada is away");
  ada.provider.awareness.setLocalState({ user: { name: "ada again" } });
  await until(() => seen()?.user?.name === "ada again", "bob sees ada again");
  // Her socket just ends, without a word.
  const start = Date.now();
  ada.ownSocket.shouldConnect = false;
  ada.ownSocket.webSocket.close();
  await until(() => seen() === undefined, "bob sees that ada left");
  assert.ok(Date.now() - start < 5_000, "before awareness times out by itself");
  [ada, bob, carol].forEach((client) => client.destroy());
});

test("a bad token is refused with the protocol's refusal, and may be corrected on the same socket", async () => {
  const socket = openSocket(relay.url);
  const refused = new Client(relay.url, "guarded", { token: "wrong", websocketProvider: socket });
  await until(() => refused.count("authenticationFailed") === 1, "the refusal");
  assert.equal(refused.events.find((e) => e.event === "authenticationFailed").data.reason,
    "permission-denied");
  assert.equal(socket.status, "connected");
  refused.destroy();
  const welcome = new Client(relay.url, "guarded", { token, websocketProvider: socket });
  await welcome.untilSaved();
  welcome.destroy();
  socket.destroy();
});

test("a token without documents opens its own tenant's and no others", async () => {
  const own = new Client(relay.url, `${ownPrefix}pugi-session-1`, { token: "tenant-token" });
  await own.untilSaved();
  const foreign = new Client(relay.url, "tenant_0000/pugi-session-1", { token: "tenant-token" });
  await until(() => foreign.count("authenticationFailed") === 1, "the refusal");
  own.destroy();
  foreign.destroy();
});

test("a read-only client follows, is seen, and writes nothing", async () => {
  const writer = new Client(relay.url, "shared-1", { token });
  const reader = new Client(relay.url, "shared-1", { token: "reader-token" });
  await Promise.all([writer.untilSaved(), reader.untilSaved()]);
  assert.equal(reader.provider.authorizedScope, "readonly");
  writer.append("news");
  await reader.untilText("news");
  reader.provider.setAwarenessField("user", { name: "reader" });
  await until(
    () => writer.provider.awareness.getStates().get(reader.document.clientID)?.user?.name === "reader",
    "the reader is seen",
  );
  reader.append(" forged");
  writer.append(".");
  await until(() => reader.text.toString().includes("."), "the reader goes on following");
  await writer.untilSaved();
  assert.equal(writer.text.toString(), "news.");
  assert.equal(reader.provider.unsyncedChanges, 1, "the refused write stays unsynced");
  reader.destroy();
  assert.equal((await readDocument(relay.url, "shared-1", token)).text, "news.");
  writer.destroy();
});
