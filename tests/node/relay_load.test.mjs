// A relay with much to do, by stock providers: many on one document, a large update, a crash in the middle of it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client, Relay, readDocument, sleep, until } from "./relay_process.mjs";

const relays = [];
async function startRelay() {
  const relay = await new Relay().start();
  relays.push(relay);
  return relay;
}
after(async () => {
  for (const relay of relays) await relay.remove();
});

const everyone = (count, make) => Array.from({ length: count }, (_, i) => make(i));

test("200 clients write into one document and all end with the same text", async () => {
  const relay = await startRelay();
  const clients = everyone(200, () => new Client(relay.url, "crowd"));
  await until(() => clients.every((client) => client.saved), "all are in", 60_000);
  clients.forEach((client, i) => client.append(`<${i}>`));
  const length = everyone(200, (i) => `<${i}>`).join("").length;
  await until(() => clients.every((client) => client.saved && client.text.length === length), "all have all of it", 60_000);
  const text = clients[0].text.toString();
  for (const client of clients) assert.equal(client.text.toString(), text);
  for (let i = 0; i < 200; ++i) assert.ok(text.includes(`<${i}>`), `<${i}> is there`);
  for (const client of clients) client.destroy();
  assert.equal((await readDocument(relay.url, "crowd")).text, text);
});

test("an update of 5 MB arrives whole, and others are served meanwhile", async () => {
  const relay = await startRelay();
  const [writer, reader, other] = ["large", "large", "small"].map((name) => new Client(relay.url, name));
  await until(() => [writer, reader, other].every((client) => client.saved), "all are in");
  const text = "0123456789".repeat(500_000);
  writer.append(text);
  other.append("meanwhile");
  await other.untilSaved();
  await until(() => writer.saved && reader.text.length === text.length, "it has arrived and is stored");
  assert.equal(reader.text.toString(), text);
  for (const client of [writer, reader, other]) client.destroy();
});

test("clients that write on through a kill -9 lose nothing", async () => {
  const relay = await startRelay();
  const clients = everyone(20, () => new Client(relay.url, "doc"));
  await until(() => clients.every((client) => client.saved), "all are in");
  let writing = true;
  let written = 0;
  const writers = clients.map(async (client, i) => {
    while (writing) {
      client.append(String.fromCharCode(97 + i));
      ++written;
      await sleep(5);
    }
  });
  await sleep(300);
  await relay.kill();
  await sleep(300); // they go on meanwhile
  await relay.start();
  await sleep(300);
  writing = false;
  await Promise.all(writers);
  await until(() => clients.every((client) => client.saved && client.text.length === written), "all have all of it", 60_000);
  const text = clients[0].text.toString();
  for (const client of clients) {
    assert.equal(client.text.toString(), text);
    client.destroy();
  }
  await relay.kill();
  await relay.start();
  assert.equal((await readDocument(relay.url, "doc")).text, text, "all that was acknowledged is on disk");
});
