// One client sends as much as it can, or many attack at once: the others are served as before, and memory stays flat.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { latenciesMs, startFlood } from "./flooding.mjs";
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

// How long they wait is measured by scripts/flood, on a machine that does nothing else.
test("others are served during a flood from one client, and the log is not flooded", async () => {
  const relay = await startRelay();
  const flood = await startFlood(relay.url);
  const began = Date.now();
  assert.equal((await latenciesMs(relay.url, "other", 100)).length, 100);
  await until(() => flood.sent > 10_000, "the flood is one");
  await flood.stop();
  const lines = relay.log.split("\n").filter((line) => line.includes("refused an update")).length;
  const seconds = (Date.now() - began) / 1000;
  assert.ok(lines > 0 && lines <= 100 * (seconds + 5), `${lines} lines in the log in ${seconds} s`);
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

// Everybody has left and every document is unloaded.
async function untilEmpty(relay) {
  const url = relay.url.replace("ws:", "http:") + "/metrics";
  for (;;) {
    const text = await (await fetch(url, { headers: { authorization: "Bearer secret" } })).text();
    if (/\nypp_relay_connections 0\n/.test(text) && /\nypp_relay_documents 0\n/.test(text)) return;
    await sleep(50);
  }
}

test("memory is flat under attack", async () => {
  const relay = await startRelay({ args: ["--admin-token", "secret", "--max-pending-bytes", "500000"] });
  const wave = async () => {
    const leave = await Promise.all(
      Object.values(attacks).flatMap((attack) => Array.from({ length: 40 }, (_, i) => attack(relay, i))));
    await sleep(200);
    const during = relay.residentKiB;
    for (const end of leave) end();
    await untilEmpty(relay);
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

test("memory comes back from documents full of gaps", async () => {
  const relay = await startRelay({ args: ["--admin-token", "secret"] });
  const before = relay.residentKiB;
  const leave = [];
  for (let i = 0; i < 1_280; ++i) leave.push(await attacks.gaps(relay, i));
  const during = relay.residentKiB;
  for (const end of leave) end();
  await untilEmpty(relay);
  await sleep(500);
  const after = relay.residentKiB;
  console.log(`resident KiB: ${before} before, ${during} during, ${after} after`);
  assert.ok(during - before > 48 << 10, "the documents were full");
  assert.ok(after - before < 48 << 10, `from ${before} over ${during} to ${after} KiB`);
});
