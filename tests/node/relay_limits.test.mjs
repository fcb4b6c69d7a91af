// Limits that only the real program shows: what is agreed on in a WebSocket handshake, and under which reason /metrics
// counts a refusal.
import assert from "node:assert/strict";
import { once } from "node:events";
import { deflateRawSync } from "node:zlib";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { RawSocket, frame, openWire, syncFrame, toHex, tokenFrame, textFrame, wireFrame } from "./raw_socket.mjs";
import { Relay, readDocument, until } from "./relay_process.mjs";

const relay = new Relay();
before(() => relay.start({ args: ["--admin-token", "secret", "--max-pending-bytes", "1000"] }));
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

test("a refusal for what waits is counted as that", async () => {
  const refusals = async (reason) => {
    const response = await fetch(`http://127.0.0.1:${relay.port}/metrics`, { headers: { authorization: "Bearer secret" } });
    const line = new RegExp(`ypp_relay_refusals_total\\{reason="${reason}"\\} (\\d+)`).exec(await response.text());
    return Number(line?.[1] ?? 0);
  };
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
