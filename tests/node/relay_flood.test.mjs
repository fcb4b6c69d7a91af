// One client sends as much as it can, or many attack at once: the others are served as before, and memory stays flat.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { RawSocket, frame, openWire, syncFrame, tokenFrame, wireFrame } from "./raw_socket.mjs";
import { Relay, sleep, until } from "./relay_process.mjs";

const relays = [];
async function startRelay(options) {
  const relay = await new Relay().start(options);
  relays.push(relay);
  return relay;
}
after(async () => {
  for (const relay of relays) await relay.remove();
});

// Of edits, one after another: how long until the relay has passed each on, sorted.
async function latenciesMs(url, document, count) {
  const raw = await RawSocket.open(url);
  raw.send(tokenFrame(document, ""));
  await raw.take(1);
  const source = new Y.Doc();
  let arrived;
  raw.socket.onmessage = ({ data }) => {
    if (new Uint8Array(data)[document.length + 1] === 0) arrived?.();  // a sync message: the edit itself
  };
  source.on("update", (update) => raw.send(syncFrame(document, 2, update)));
  const latencies = [];
  for (let i = 0; i < count; ++i) {
    const echo = new Promise((resolve) => (arrived = resolve));
    const begin = performance.now();
    source.getText("t").insert(i, "x");
    await echo;
    latencies.push(performance.now() - begin);
    await sleep(2);
  }
  raw.close();
  return latencies.sort((a, b) => a - b);
}
const p99 = (sorted) => sorted[Math.floor(sorted.length * 0.99)];

async function startFlood(url) {
  const child = spawn(process.execPath, [new URL("flood.mjs", import.meta.url).pathname, url, "flooded"],
    { stdio: ["ignore", "pipe", "inherit"] });
  const flood = { sent: 0, stop: () => new Promise((resolve) => (child.once("exit", resolve), child.kill())) };
  createInterface({ input: child.stdout }).on("line", (line) => (flood.sent = Number(line)));
  await until(() => flood.sent > 0, "the flood has begun");
  return flood;
}

// Other work on the machine makes outliers in single rounds, so that one round is enough to be good, and all must be bad to
// fail. Beside the factor a few milliseconds are free: on an idle relay the p99 is less than one.
const rounds = 8;
const allowedMs = (quietMs) => 2 * quietMs + 8;

test("a flood from one client leaves the others their latency", async () => {
  const relay = await startRelay();
  const seen = [];
  for (let round = 0; round < rounds; ++round) {
    const quiet = p99(await latenciesMs(relay.url, `quiet-${round}`, 300));
    const flood = await startFlood(relay.url);
    const flooded = p99(await latenciesMs(relay.url, `other-${round}`, 300));
    await flood.stop();
    assert.ok(flood.sent > 10_000, `only ${flood.sent} messages`);
    seen.push({ quiet, flooded });
    if (flooded <= allowedMs(quiet)) break;
  }
  console.log(`p99 in ms: ${JSON.stringify(seen)}`);
  const { quiet, flooded } = seen.at(-1);
  assert.ok(flooded <= allowedMs(quiet), JSON.stringify(seen));
  const lines = relay.log.split("\n").filter((line) => line.includes("refused an update")).length;
  assert.ok(lines > 0 && lines <= 100 * 10 * rounds, `${lines} lines in the log`);
});

const bytes = (size) => Buffer.alloc(size, 120);
const opened = async (relay, document) => {
  const raw = await RawSocket.open(relay.url);
  raw.send(tokenFrame(document, ""));
  await raw.take(1);
  return raw;
};
// What each attacker sends before it goes, some 100 KiB and more.
const attacks = {
  // A message that goes on and on, from nobody.
  unfinished: async (relay) => {
    const wire = await openWire(relay.port);
    for (let i = 0; i < 3; ++i) wire.socket.write(wireFrame(bytes(20_000), { opcode: i === 0 ? 2 : 0 }));
    return () => wire.socket.destroy();
  },
  // Messages that wait for a token that never comes.
  waiting: async (relay) => {
    const raw = await RawSocket.open(relay.url);
    for (let i = 0; i < 50; ++i) raw.send(syncFrame(`waits-${i}`, 2, bytes(1_000)));
    return () => raw.close();
  },
  // Updates that wait for what never comes.
  gaps: async (relay, i) => {
    const raw = await opened(relay, `gaps-${i % 4}`);
    const source = new Y.Doc();
    const updates = [];
    source.on("update", (update) => updates.push(update));
    source.getText("t").insert(0, "a");
    source.getText("t").insert(1, "b".repeat(100_000));
    raw.send(syncFrame(`gaps-${i % 4}`, 2, updates[1]));
    return () => raw.close();
  },
  // Refused updates.
  malformed: async (relay) => {
    const raw = await opened(relay, "malformed");
    for (let i = 0; i < 100; ++i) raw.send(syncFrame("malformed", 2, bytes(1_000)));
    return () => raw.close();
  },
  // Presence of many who are nobody.
  awareness: async (relay) => {
    const raw = await opened(relay, "awareness");
    const states = encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, 200);
      for (let client = 0; client < 200; ++client) {
        encoding.writeVarUint(encoder, Math.floor(Math.random() * 2 ** 32));
        encoding.writeVarUint(encoder, 1);
        encoding.writeVarString(encoder, JSON.stringify("x".repeat(500)));
      }
    });
    raw.send(frame("awareness", 1, (encoder) => encoding.writeVarUint8Array(encoder, states)));
    return () => raw.close();
  },
};

test("memory is flat under attack", async () => {
  const relay = await startRelay({ args: ["--admin-token", "secret", "--max-pending-bytes", "500000"] });
  const isEmpty = async () => {
    const response = await fetch(relay.url.replace("ws:", "http:") + "/metrics", { headers: { authorization: "Bearer secret" } });
    const text = await response.text();
    return /\nypp_relay_connections 0\n/.test(text) && /\nypp_relay_documents 0\n/.test(text);
  };
  const wave = async () => {
    const leave = await Promise.all(
      Object.values(attacks).flatMap((attack) => Array.from({ length: 40 }, (_, i) => attack(relay, i))));
    await sleep(200);
    const during = relay.residentKiB;
    for (const end of leave) end();
    while (!(await isEmpty())) await sleep(50);
    return { during, after: relay.residentKiB };
  };
  const waves = [];
  for (let i = 0; i < 10; ++i) waves.push(await wave());
  console.log(`resident KiB: ${JSON.stringify(waves)}`);
  // 200 attackers brought some 20 MB each time. What is kept between the waves is what the allocator keeps.
  const settled = waves[3];
  const last = waves.at(-1);
  assert.ok(last.after - settled.after < 16 << 10, JSON.stringify(waves));
  assert.ok(last.during - settled.during < 16 << 10, JSON.stringify(waves));
});
