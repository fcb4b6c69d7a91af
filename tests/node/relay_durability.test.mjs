// kill -9 at random moments while a stock client types: what it saw acknowledged is there afterwards.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, Relay, readDocument, sleep } from "./relay_process.mjs";

const rounds = Number(process.env.YPP_KILL_ROUNDS ?? 50);

test(`${rounds} times, everything acknowledged survives kill -9`, async (context) => {
  const relay = await new Relay().start();
  const known = new Set();  // acknowledged in some round
  let unacknowledged = 0;
  for (let round = 0; round < rounds; ++round) {
    const client = new Client(relay.url, "typed");
    await client.untilSaved();
    const list = client.document.getArray("a");
    // Each push is one update and gets one acknowledgement, in order.
    let pushed = 0;
    const end = Date.now() + 20 + Math.random() * 300;
    while (Date.now() < end) {
      const burst = 1 + Math.floor(Math.random() * 4);
      for (let i = 0; i < burst; ++i) list.push([`${round}:${pushed++}`]);
      if (Math.random() < 0.3) await sleep(1);
      else await new Promise(setImmediate);
    }
    relay.process.kill("SIGKILL");
    // What is still on its way to the client counts: it was sent.
    await relay.exited;
    await sleep(20);
    const acknowledged = pushed - client.provider.unsyncedChanges;
    client.destroy();  // so that it cannot bring anything back
    for (let i = 0; i < acknowledged; ++i) known.add(`${round}:${i}`);
    unacknowledged += pushed - acknowledged;

    await relay.start();
    const list_now = new Set((await readDocument(relay.url, "typed")).list);
    const lost = [...known].filter((entry) => !list_now.has(entry));
    assert.deepEqual(lost, [], `round ${round}: ${acknowledged} of ${pushed} were acknowledged`);
  }
  context.diagnostic(`${known.size} changes acknowledged, none lost; ${unacknowledged} were not yet acknowledged`);
  assert.ok(known.size > rounds, "something was acknowledged in every round, on the average");
  await relay.remove();
});
