// A WebSocket without a provider, to say what no provider says.
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
    await until(() => raw.socket.readyState === WebSocket.OPEN, "the socket is open");
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
