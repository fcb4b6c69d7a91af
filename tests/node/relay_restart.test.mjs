// Documents outlive the relay: kill -9, offline edits on both sides, a clean stop.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { Client, Relay, readDocument, sleep, until } from "./relay_process.mjs";

test("after kill -9 and a restart, edits made offline on both sides are replayed", async () => {
  const relay = await new Relay().start();
  const ada = new Client(relay.url, "doc");
  const bob = new Client(relay.url, "doc");
  await Promise.all([ada.untilSaved(), bob.untilSaved()]);
  ada.append("shared ");
  await bob.untilText("shared ");
  await ada.untilSaved();

  await relay.kill();
  ada.text.insert(0, "[ada]");
  bob.append("[bob]");
  await until(() => ada.provider.unsyncedChanges > 0 && bob.provider.unsyncedChanges > 0,
    "both know that something is not saved");
  await relay.start();
  await Promise.all([ada.untilSaved(), bob.untilSaved()]);
  await ada.untilText("[ada]shared [bob]");
  await bob.untilText("[ada]shared [bob]");
  assert.equal((await readDocument(relay.url, "doc")).text, "[ada]shared [bob]");

  // Nobody is there to bring it back.
  ada.destroy();
  bob.destroy();
  await relay.kill();
  await relay.start();
  assert.equal((await readDocument(relay.url, "doc")).text, "[ada]shared [bob]");
  await relay.remove();
});

test("a long log is compacted and nothing is lost by it", async () => {
  const relay = await new Relay().start();
  const writer = new Client(relay.url, "long");
  await writer.untilSaved();
  let expected = "";
  for (let i = 0; i < 3_000; ++i) {
    writer.append(`${i} `);
    expected += `${i} `;
    if (i % 100 === 0) await sleep(1);
  }
  await writer.untilSaved();
  const before = await readDocument(relay.url, "long");
  assert.equal(before.text, expected);
  writer.destroy();
  await relay.kill();
  await relay.start();
  assert.deepEqual(await readDocument(relay.url, "long"), before);
  await relay.remove();
});

test("SIGTERM stores, says goodbye to every client and exits with 0", async () => {
  const relay = await new Relay().start();
  const client = new Client(relay.url, "doc");
  await client.untilSaved();
  for (let i = 0; i < 200; ++i) client.append("x");
  const ended = await relay.terminate();
  assert.deepEqual(ended, { code: 0, signal: null }, relay.log);
  await until(() => client.count("close") > 0, "the client heard of the end");
  const { data } = client.events.find(({ event }) => event === "close");
  assert.equal(data.event.reason, "Server Shutdown");
  client.provider.destroy();
  await relay.start();
  // All 200 were sent before the signal; what the relay had read is stored, and what it had not the client would replay.
  const text = (await readDocument(relay.url, "doc")).text;
  assert.equal(text, "x".repeat(text.length));
  client.ownSocket.destroy();
  await relay.remove();
});

test("a document with an update that waits for another keeps it over a restart", async () => {
  const relay = await new Relay().start();
  const source = new Y.Doc();
  const updates = [];
  source.on("update", (update) => updates.push(update));
  source.getText("t").insert(0, "a");
  source.getText("t").insert(1, "b");
  const early = new Client(relay.url, "gap");
  await early.untilSaved();
  Y.applyUpdate(early.document, updates[1]);
  await early.untilSaved();
  early.provider.forceSync();
  await sleep(50);
  await early.untilSaved();
  early.destroy();
  await relay.kill();
  await relay.start();
  const late = new Client(relay.url, "gap");
  await late.untilSaved();
  Y.applyUpdate(late.document, updates[0]);
  await late.untilText("ab");
  late.destroy();
  await relay.remove();
});
