// One client that sends as much as it can, and what the others feel of it.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as Y from "yjs";
import { RawSocket, syncFrame, tokenFrame } from "./raw_socket.mjs";
import { sleep, until } from "./relay_process.mjs";

// Of edits, one after another: how long until the relay has passed each on to another client, sorted.
export async function latenciesMs(url, document, count) {
  const [reader, writer] = [await RawSocket.open(url), await RawSocket.open(url)];
  for (const raw of [reader, writer]) {
    raw.send(tokenFrame(document, ""));
    await raw.take(1);
  }
  const source = new Y.Doc();
  let arrived;
  reader.socket.onmessage = ({ data }) => {
    if (new Uint8Array(data)[document.length + 1] === 0) arrived?.();  // a sync message: the edit itself
  };
  source.on("update", (update) => writer.send(syncFrame(document, 2, update)));
  const latencies = [];
  for (let i = 0; i < count; ++i) {
    const arrival = new Promise((resolve) => (arrived = resolve));
    const begin = performance.now();
    source.getText("t").insert(i, "x");
    await arrival;
    latencies.push(performance.now() - begin);
    await sleep(2);
  }
  for (const raw of [reader, writer]) raw.close();
  return latencies.sort((a, b) => a - b);
}
export const p99 = (sorted) => sorted[Math.floor(sorted.length * 0.99)];

export async function startFlood(url) {
  const child = spawn(process.execPath, [new URL("flood.mjs", import.meta.url).pathname, url, "flooded"],
    { stdio: ["ignore", "pipe", "inherit"] });
  const flood = { sent: 0, stop: () => new Promise((resolve) => (child.once("exit", resolve), child.kill())) };
  createInterface({ input: child.stdout }).on("line", (line) => (flood.sent = Number(line)));
  await until(() => flood.sent > 0, "the flood has begun");
  return flood;
}
