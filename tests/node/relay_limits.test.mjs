// Limits that only the real program shows: what is agreed on in a WebSocket handshake, under which reason /metrics
// counts a refusal, and how long who is slow is waited for.
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { deflateRawSync } from "node:zlib";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { RawSocket, frame, openWire, syncFrame, toHex, tokenFrame, textFrame, wireFrame } from "./raw_socket.mjs";
import { Relay, readDocument, sleep, until } from "./relay_process.mjs";

const relay = new Relay();
before(() => relay.start({ args: ["--admin-token", "secret", "--max-pending-bytes", "1000", "--max-messages-per-second", "2000"] }));
after(() => relay.remove());

const granted = (name) => toHex(textFrame(name, 2, 2, "read-write"));

test("compression is not agreed on with a client that offers it, and that one is served without", async () => {
  let offered;
  const socket = new WebSocket(relay.url, {
    perMessageDeflate: { threshold: 0 },
    finishRequest: (request) => {
      offered = request.getHeader("sec-websocket-extensions");
      request.end();
    },
  });
  const [[response]] = await Promise.all([once(socket, "upgrade"), once(socket, "open")]);
  assert.match(offered, /permessage-deflate/);
  assert.equal(response.headers["sec-websocket-extensions"], undefined);
  assert.equal(socket.extensions, "");
  const answers = [];
  socket.on("message", (data) => answers.push(toHex(data)));
  socket.send(tokenFrame("plain", ""));
  await until(() => answers.includes(granted("plain")), "the document is granted");

  // What compresses best goes out as it is, both ways.
  const source = new Y.Doc();
  source.getText("t").insert(0, "x".repeat(300_000));
  const update = Y.encodeStateAsUpdate(source);
  const writesBefore = socket._socket.bytesWritten;
  socket.send(syncFrame("plain", 2, update));
  await until(() => answers.includes(toHex(frame("plain", 8)) + "01"), "it is stored");
  assert.ok(socket._socket.bytesWritten - writesBefore > 300_000);
  assert.ok(socket._socket.bytesRead > 300_000);
  assert.equal((await readDocument(relay.url, "plain")).text.length, 300_000);
  socket.close();
});

test("a frame that says it is compressed closes the socket, however much it would become", async () => {
  const bomb = deflateRawSync(Buffer.alloc(64 << 20));
  const wire = await openWire(relay.port);
  wire.socket.write(wireFrame(Buffer.from(tokenFrame("bomb", "")), { opcode: 2, fin: true }));
  await until(() => wire.received.length > 0, "the document is granted");
  wire.received = Buffer.alloc(0);
  const before = relay.residentKiB;
  wire.socket.write(wireFrame(bomb, { opcode: 2, fin: true, rsv: 0x40 }));
  await until(() => wire.received.length >= 4 || wire.ended, "the socket is closed");
  // 1002: a protocol error. A reset may overtake the close frame, since the rest of the bomb is not read.
  if (wire.received.length >= 4) assert.equal(wire.received.readUInt16BE(2), 1002);
  await until(() => wire.ended, "it is gone");
  assert.ok(relay.residentKiB - before < 4 << 10, `from ${before} to ${relay.residentKiB} KiB`);
});

async function refusals(reason) {
  const response = await fetch(`http://127.0.0.1:${relay.port}/metrics`, { headers: { authorization: "Bearer secret" } });
  const line = new RegExp(`ypp_relay_refusals_total\\{reason="${reason}"\\} (\\d+)`).exec(await response.text());
  return Number(line?.[1] ?? 0);
}

test("who floods with frames that are no messages is read from no faster than one who floods with messages", async () => {
  const pings = wireFrame(Buffer.alloc(0), { opcode: 9, fin: true });
  const fragments = wireFrame(Buffer.alloc(0));
  for (const [first, flood] of [[pings, pings], [wireFrame(Buffer.alloc(1), { opcode: 2 }), fragments]]) {
    const before = await refusals("rate");
    const wire = await openWire(relay.port);
    wire.socket.removeAllListeners("data").resume();
    wire.socket.write(first);
    const many = Buffer.concat(Array(50_000).fill(flood));
    for (let i = 0; i < 20 && await refusals("rate") === before; ++i) {
      await new Promise((sent) => wire.socket.write(many, sent));
    }
    assert.equal(await refusals("rate"), before + 1);
    assert.equal(wire.ended, false);
    wire.socket.destroy();
  }
});

test("a refusal for what waits is counted as that", async () => {
  const source = new Y.Doc();
  const updates = [];
  source.on("update", (update) => updates.push(update));
  for (let i = 0; i < 3; ++i) source.getText("t").insert(i, String(i).repeat(i === 1 ? 2_000 : 1));
  const [first, second, third] = updates;
  const raw = await RawSocket.open(relay.url);
  raw.send(tokenFrame("gaps", ""));
  assert.equal((await raw.take(1))[0], granted("gaps"));
  const status = async (update) => {
    raw.send(syncFrame("gaps", 2, update));
    await until(() => raw.ofType(8).length === 1, "one SyncStatus");
    const [answer] = raw.ofType(8).map(toHex);
    raw.received = [];
    return answer.slice(-2);
  };
  assert.equal(await status(second), "01", "2,000 bytes wait for the first");
  assert.equal(await refusals("pending_bytes"), 0);
  assert.equal(await status(third), "00", "there is no room to wait");
  assert.equal(await refusals("pending_bytes"), 1);
  assert.equal(await refusals("bad_update"), 0);
  assert.equal(await status(first), "01");
  assert.equal(await status(third), "01", "nothing waits any more");
  raw.close();
});

test("who says what it wants a byte at a time is dropped at the deadline, and others are served meanwhile", async (t) => {
  const patient = new Relay();
  const slow = [];
  t.after(() => {
    for (const peer of slow) clearInterval(peer.timer);
    return patient.remove();
  });
  await patient.start({ args: ["--auth-timeout", "2"] });
  // In the first line; in the middle of a head; after the handshake, in the middle of a message. The last one is sent a
  // close and has five seconds more to answer it.
  const head = "GET / HTTP/1.1\r\nHost: localhost\r\n";
  const upgrade = `${head}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
  for (const [first, drop] of [["", "X"], [head, "X-Filler: y\r\n"], [`${upgrade}\x82\xfe\x03\xe8\0\0\0\0`, "m"]]) {
    const socket = net.connect(patient.port, "127.0.0.1");
    const peer = { closed: false, began: Date.now() };
    socket.on("error", () => {}).on("close", () => ((peer.closed = true), (peer.after = Date.now() - peer.began)));
    socket.on("data", () => {});
    await once(socket, "connect");
    socket.write(Buffer.from(first, "latin1"));
    peer.timer = setInterval(() => socket.writable && socket.write(Buffer.from(drop, "latin1")), 200);
    slow.push(peer);
  }
  let served = 0;
  while (slow.some((peer) => !peer.closed) && served < 1_000) {
    const raw = await RawSocket.open(patient.url);
    raw.send(tokenFrame("served", ""));
    assert.equal((await raw.take(1))[0], granted("served"));
    raw.close();
    ++served;
    await sleep(20);
  }
  for (const peer of slow) {
    assert.ok(peer.closed, "dropped");
    assert.ok(peer.after < 10_000, `after ${peer.after} ms`);
  }
  assert.ok(served > 5, `${served} served`);
});
