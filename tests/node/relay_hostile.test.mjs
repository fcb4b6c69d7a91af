// What no honest client says: the sender gets the protocol's refusal, the relay and the others go on.
import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { after, before, test } from "node:test";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { RawSocket, frame, hex, openWire, syncFrame, textFrame, toHex, tokenFrame, wireFrame } from "./raw_socket.mjs";
import { Client, Relay, readDocument, run, sleep, until } from "./relay_process.mjs";

const relay = new Relay();
let witness;  // an honest client that must notice nothing
before(async () => {
  await relay.start({
    tokens: { good: { documents: ["*"] } },
    args: ["--max-send-queue-bytes", `${1 << 20}`],
  });
  witness = new Client(relay.url, "doc", { token: "good" });
  await witness.untilSaved();
  witness.append("untouched");
  await witness.untilSaved();
});
after(async () => {
  witness.destroy();
  await relay.remove();
});

const emptyStep1 = (name) => syncFrame(name, 0, hex("00"));
const syncStatus = (name, value) => toHex(frame(name, 8)) + (value ? "01" : "00");
const closeReset = (name) => toHex(textFrame(name, 7, undefined, "Reset Connection"));

async function openDocument(name, token = "good") {
  const raw = await RawSocket.open(relay.url);
  raw.send(tokenFrame(name, token));
  await raw.take(1);
  return raw;
}

async function checkWitness() {
  assert.equal(witness.count("close"), 0);
  assert.equal(witness.count("authenticated"), 1, "it never had to come back");
  const before = witness.text.toString();
  const reader = new Client(relay.url, "doc", { token: "good" });
  await reader.untilText(before);
  reader.destroy();
  witness.append(".");
  await witness.untilSaved();
}

test("a bad token gets PermissionDenied and the socket stays", async () => {
  const raw = await RawSocket.open(relay.url);
  raw.send(tokenFrame("doc", "bad"), emptyStep1("doc"));
  assert.deepEqual(await raw.take(1), [toHex(textFrame("doc", 2, 1, "permission-denied"))]);
  await sleep(50);
  assert.equal(raw.received.length, 0);
  assert.equal(raw.closed, undefined);
  raw.send(tokenFrame("doc", "good"));
  assert.equal((await raw.take(1))[0], toHex(textFrame("doc", 2, 2, "read-write")));
  raw.close();
  await checkWitness();
});

test("a malformed update is refused and leaves the document bit-identical", async () => {
  const before = await readDocument(relay.url, "doc", "good");
  const raw = await openDocument("doc");
  const source = new Y.Doc();
  Y.applyUpdate(source, Buffer.from(before.state, "hex"));
  const known = Y.encodeStateVector(source);
  source.getText("t").insert(3, "good until its end");
  source.getMap("m").set("k", { some: ["value", 1.5, null] });
  source.getText("t").delete(0, 2);
  const update = Y.encodeStateAsUpdate(source, known);
  let refused = 0;
  for (let size = 0; size < update.length; ++size) {
    raw.send(syncFrame("doc", 2, update.subarray(0, size)));
    ++refused;
  }
  raw.send(syncFrame("doc", 2, hex("deadbeef99")));
  ++refused;
  await until(() => raw.ofType(8).length === refused, "one SyncStatus for each");
  assert.deepEqual(new Set((await raw.take(refused)).map((m) => m)), new Set([syncStatus("doc", false)]));
  assert.deepEqual(await readDocument(relay.url, "doc", "good"), before);
  assert.match(relay.log, /refused an update/);
  raw.close();
  await checkWitness();
});

test("flipped bits never harm the others", async () => {
  const raw = await openDocument("scratch");
  const source = new Y.Doc();
  source.getText("t").insert(0, "some text to be damaged");
  source.getArray("a").push([1, "two", { three: 3 }]);
  source.getText("t").delete(3, 4);
  const update = Y.encodeStateAsUpdate(source);
  for (let i = 0; i < 2_000; ++i) {
    const damaged = Uint8Array.from(update);
    for (let n = randomInt(1, 4); n > 0; --n) damaged[randomInt(damaged.length)] = randomInt(256);
    raw.send(syncFrame("scratch", 2, damaged));
  }
  await until(() => raw.ofType(8).length === 2_000, "one SyncStatus for each");
  raw.close();
  await checkWitness();
});

test("random bytes close the socket or the document, nothing more", async () => {
  for (let round = 0; round < 60; ++round) {
    const raw = round % 2 ? await openDocument("noise") : await RawSocket.open(relay.url);
    const prefix = round % 3 === 0 ? hex("05 6e6f697365") : hex("");
    for (let i = 0; i < 20 && !raw.closed; ++i) {
      raw.send(Buffer.concat([prefix, randomBytes(randomInt(0, 200))]));
    }
    await sleep(5);
    raw.close();
  }
  await checkWitness();
});

test("messages that end too early reset the document's connection", async () => {
  const whole = [
    syncFrame("cut", 0, hex("01 e907 03")),
    syncFrame("cut", 2, hex("01 01 e907 00 04 01 01 74 02 48 69 00")),
    frame("cut", 1, (encoder) => encoding.writeVarUint8Array(encoder, hex("01 e907 01 04 6e756c6c"))),
    textFrame("cut", 5, undefined, "hello"),
    frame("cut", 3),
  ];
  for (const message of whole) {
    const raw = await openDocument("cut");
    raw.send(message.subarray(0, message.length - 1));
    assert.deepEqual(await raw.take(1), [closeReset("cut")]);
    assert.equal((await raw.untilClosed()).code, 4205);
  }
  await checkWitness();
});

test("what cannot be addressed closes the socket as in Hocuspocus", async () => {
  for (const [message, code] of [["", 4401], ["14 41 42", 4401], ["ffffffffffffffffff0102", 4401],
    ["41", 4401], ["01 41", 4205], ["03646f63 02 00 09 67", 4205]]) {
    const raw = await RawSocket.open(relay.url);
    raw.send(hex(message));
    assert.equal((await raw.untilClosed()).code, code, message);
  }
  await checkWitness();
});

test("waiting messages are limited before authentication", async () => {
  const raw = await RawSocket.open(relay.url);
  for (let i = 0; i < 1_001; ++i) raw.send(emptyStep1("doc"));
  assert.equal((await raw.untilClosed()).code, 4205);
  const large = await RawSocket.open(relay.url);
  large.send(textFrame("doc", 5, undefined, "x".repeat(6 << 20)));
  // 1006 when the reset of a connection with unread data overtakes the close frame.
  assert.ok([1009, 1006].includes((await large.untilClosed()).code));
  await checkWitness();
});

test("a text frame is taken for its bytes", async () => {
  const raw = await RawSocket.open(relay.url);
  raw.socket.send(Buffer.from(tokenFrame("text", "good")).toString("utf8"));
  assert.equal((await raw.take(1))[0], toHex(textFrame("text", 2, 2, "read-write")));
  raw.close();
});

test("a client that never reads is cut off, and nobody else", async () => {
  const net = await import("node:net");
  const slow = net.connect(relay.port, "127.0.0.1");
  slow.write("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  await new Promise((resolve) => slow.once("data", resolve));
  slow.pause();
  const token = tokenFrame("flood", "good");
  slow.write(Buffer.concat([Buffer.from([0x82, 0x80 | token.length, 0, 0, 0, 0]), token]));
  let ended = false;
  slow.on("close", () => (ended = true));
  slow.on("error", () => {});
  const writer = new Client(relay.url, "flood", { token: "good" });
  await writer.untilSaved();
  for (let i = 0; i < 20 && !ended; ++i) {
    writer.append(randomBytes(500_000).toString("hex"));
    await writer.untilSaved();
  }
  slow.resume();
  await until(() => ended, "the slow client is cut off");
  writer.destroy();
  await checkWitness();
});

const residentKiB = () => relay.residentKiB;

test("fragments of a message count together, also before authentication", async () => {
  const wire = await openWire(relay.port);
  const piece = Buffer.alloc(30_000, 1);
  wire.socket.write(wireFrame(piece, { opcode: 2 }));
  wire.socket.write(wireFrame(piece));
  await sleep(100);
  assert.equal(wire.received.length, 0, "60,000 bytes are within the limit");
  wire.socket.write(wireFrame(piece));
  await until(() => wire.received.length >= 4 || wire.ended, "the socket is closed");
  assert.equal(wire.received[0], 0x88, "a close frame");
  assert.equal(wire.received.readUInt16BE(2), 1009);
  wire.socket.destroy();
  await checkWitness();
});

test("hundreds of thousands of tiny and empty fragments cost no more than the message they make up", async () => {
  const wire = await openWire(relay.port);
  wire.socket.write(wireFrame(Buffer.from(tokenFrame("crumbs", "good")), { opcode: 2, fin: true }));
  await until(() => wire.received.length > 0, "the document is granted");
  const before = residentKiB();
  const step1 = Buffer.from(emptyStep1("crumbs"));
  wire.received = Buffer.alloc(0);
  wire.socket.write(wireFrame(step1.subarray(0, 1), { opcode: 2 }));
  const crumbs = Buffer.concat(Array(10_000).fill(wireFrame(Buffer.alloc(0))));
  for (let i = 0; i < 20; ++i) await new Promise((sent) => wire.socket.write(crumbs, sent));
  for (let i = 1; i < step1.length; ++i) {
    wire.socket.write(wireFrame(step1.subarray(i, i + 1), { fin: i + 1 === step1.length }));
  }
  await until(() => wire.received.length > 0, "the message is answered");
  assert.ok(residentKiB() - before < 8 << 10, `from ${before} to ${residentKiB()} KiB`);

  const large = Buffer.from(textFrame("crumbs", 5, undefined, "x".repeat(200_000)));
  wire.socket.write(wireFrame(large.subarray(0, 1), { opcode: 2 }));
  const single = [...large.subarray(1)].map((_, i) => wireFrame(large.subarray(i + 1, i + 2)));
  for (let i = 0; i < single.length; i += 10_000) {
    await new Promise((sent) => wire.socket.write(Buffer.concat(single.slice(i, i + 10_000)), sent));
  }
  assert.ok(residentKiB() - before < 8 << 10, `from ${before} to ${residentKiB()} KiB`);
  assert.equal(wire.ended, false);
  wire.socket.destroy();
  await checkWitness();
});

test("who pings and never reads the answers is cut off, and the answers are not kept", async () => {
  const wire = await openWire(relay.port);
  wire.socket.pause();
  const before = residentKiB();
  let most = before;
  const pings = Buffer.concat(Array(8_000).fill(wireFrame(Buffer.alloc(120), { opcode: 9, fin: true })));
  const gone = new Promise((resolve) => wire.socket.once("close", resolve));
  for (let i = 0; i < 80 && !wire.ended; ++i) {
    await Promise.race([new Promise((sent) => wire.socket.write(pings, sent)), gone]);
    most = Math.max(most, residentKiB());
  }
  wire.socket.resume();
  await until(() => wire.ended, "it is cut off");
  assert.ok(most - before < 4 << 10, `from ${before} to ${most} KiB`);
  await checkWitness();
});

test("sockets that vanish leave nothing behind", async () => {
  for (let i = 0; i < 50; ++i) {
    const raw = await RawSocket.open(relay.url);
    raw.send(tokenFrame(`gone-${i}`, "good"), emptyStep1(`gone-${i}`));
    raw.close();
  }
  await checkWitness();
});

test("the program explains its mistakes of use", async () => {
  const both = await run(["--listen", "127.0.0.1:0", "--db", relay.database, "--open"]);
  assert.equal(both.code, 1);
  assert.match(both.stderr, /another process has it open/);
  const port = await run(["--listen", `127.0.0.1:${relay.port}`, "--memory", "--open"]);
  assert.equal(port.code, 1);
  assert.match(port.stderr, /cannot listen on .*in use/);
  const database = await run(["--listen", "127.0.0.1:0", "--db", "/nowhere/documents.db", "--open"]);
  assert.equal(database.code, 1);
  assert.match(database.stderr, /\/nowhere\/documents\.db/);
  const tokens = await run(["--listen", "127.0.0.1:0", "--memory", "--tokens", import.meta.filename]);
  assert.equal(tokens.code, 1);
  assert.match(tokens.stderr, /tokens file .* not JSON/);
  for (const args of [["--memory"], ["--open"], ["--memory", "--open", "--tokens", "x"], ["--nonsense"]]) {
    const result = await run(args);
    assert.equal(result.code, 2, args.join(" "));
    assert.match(result.stderr, /--help/);
  }
  const help = await run(["--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--tokens/);
});

test("HTTP on the same port", async () => {
  const url = relay.url.replace("ws:", "http:");
  assert.equal(await (await fetch(`${url}/healthz`)).text(), "ok\n");
  assert.equal((await fetch(url)).status, 200);
  assert.equal((await fetch(`${url}/nothing`)).status, 404);
});

test("neither tokens nor content are in the log", () => {
  assert.doesNotMatch(relay.log, /untouched|good until|"good"|token=/);
});
