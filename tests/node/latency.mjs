// From a keystroke in one stock client to its arrival in another, through ypp-relay over loopback.
//   YPP_BIN_DIR=build/release/bin node latency.mjs [keystrokes] [interval ms]
// Both clients live in this process, so the figures include two runs through the provider and Yjs.
import { Client, Relay, sleep } from "./relay_process.mjs";

const keystrokes = Number(process.argv[2] ?? 2000);
const intervalMs = Number(process.argv[3] ?? 5);

const relay = await new Relay().start();
const writer = new Client(relay.url, "latency");
const reader = new Client(relay.url, "latency");
await Promise.all([writer.untilSaved(), reader.untilSaved()]);

const arrival = [];
const acknowledged = [];
let typed = 0;
let start = 0;
const percentile = (values, p) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * p)];
reader.text.observe(() => arrival.push(performance.now() - start));
writer.provider.on("unsyncedChanges", ({ number }) => {
  if (number === 0) acknowledged.push(performance.now() - start);
});
for (; typed < keystrokes; ++typed) {
  start = performance.now();
  writer.append("x");
  await sleep(intervalMs);
  while (arrival.length <= typed || acknowledged.length <= typed) await sleep(1);
}
const line = (what, values) =>
  `${what}: median ${percentile(values, 0.5).toFixed(2)} ms, p99 ${percentile(values, 0.99).toFixed(2)} ms, ` +
  `max ${Math.max(...values).toFixed(2)} ms`;
console.log(`${keystrokes} keystrokes, one every ${intervalMs} ms or more`);
console.log(line("arrival in the other client", arrival));
console.log(line("acknowledged as durable", acknowledged));
writer.destroy();
reader.destroy();
await relay.remove();
