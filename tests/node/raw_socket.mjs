// A WebSocket without a provider, to say what no provider says.
import net from "node:net";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { until } from "./relay_process.mjs";

export const hex = (text) => Uint8Array.from(Buffer.from(text.replaceAll(/[\s|]/g, ""), "hex"));
export const toHex = (bytes) => Buffer.from(bytes).toString("hex");

// A message: address, type, and what `write` adds.
export function frame(address, type, write = () => {}) {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address);
    encoding.writeVarUint(encoder, type);
    write(encoder);
  });
}
export const tokenFrame = (address, token, version = "4.8.0") =>
  frame(address, 2, (encoder) => {
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarString(encoder, token);
    if (version) encoding.writeVarString(encoder, version);
  });
export const syncFrame = (address, sub, payload) =>
  frame(address, 0, (encoder) => {
    encoding.writeVarUint(encoder, sub);
    encoding.writeVarUint8Array(encoder, payload);
  });
export const textFrame = (address, type, sub, text) =>
  frame(address, type, (encoder) => {
    if (sub !== undefined) encoding.writeVarUint(encoder, sub);
    encoding.writeVarString(encoder, text);
  });

export class RawSocket {
  static async open(url) {
    const raw = new RawSocket();
    raw.socket = new WebSocket(url);
    raw.socket.binaryType = "arraybuffer";
    raw.received = [];
    raw.closed = undefined;
    raw.socket.onmessage = (event) => raw.received.push(new Uint8Array(event.data));
    raw.socket.onclose = (event) => (raw.closed = { code: event.code, reason: event.reason });
    raw.socket.onerror = () => {};
    await until(() => raw.socket.readyState !== WebSocket.CONNECTING, "the socket is open");
    if (raw.socket.readyState !== WebSocket.OPEN) throw new Error("the socket was closed before it was open");
    return raw;
  }

  send(...messages) {
    for (const message of messages) this.socket.send(message);
  }
  // The messages received, as hex, once there are `count`; then forgets them.
  async take(count) {
    await until(() => this.received.length >= count || this.closed, `${count} messages`);
    return this.received.splice(0).map(toHex);
  }
  // Those of one type.
  ofType(type) {
    return this.received.filter((message) => {
      const decoder = decoding.createDecoder(message);
      decoding.readVarString(decoder);
      return decoding.readVarUint(decoder) === type;
    });
  }
  async untilClosed() {
    await until(() => this.closed, "the socket is closed");
    return this.closed;
  }
  close() {
    this.socket.close();
  }
}

// The bytes of a masked frame; the mask is zero, so the payload stays as it is.
export function wireFrame(payload, { opcode = 0, fin = false, rsv = 0 } = {}) {
  const head = [(fin ? 0x80 : 0) | rsv | opcode];
  if (payload.length < 126) head.push(0x80 | payload.length);
  else if (payload.length < 65_536) head.push(0x80 | 126, payload.length >> 8, payload.length & 255);
  else {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(payload.length));
    head.push(0x80 | 127, ...length);
  }
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}

// A WebSocket of which the test writes every frame itself.
export async function openWire(port) {
  const socket = net.connect(port, "127.0.0.1");
  const wire = { socket, received: Buffer.alloc(0), ended: false };
  socket.on("close", () => (wire.ended = true));
  socket.on("error", () => {});
  socket.on("data", (data) => (wire.received = Buffer.concat([wire.received, data])));
  socket.write("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  await until(() => wire.received.includes("\r\n\r\n"), "the handshake");
  wire.received = Buffer.alloc(0);
  return wire;
}
