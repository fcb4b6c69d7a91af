// Does a flood from one client raise the p99 of the others' latency to more than twice what it is without? Measured in
// turns, for other work on the machine comes and goes; behind scripts/flood.
import { latenciesMs, p99, startFlood } from "./flooding.mjs";
import { Relay } from "./relay_process.mjs";

const rounds = Number(process.env.YPP_FLOOD_ROUNDS ?? 10);
const edits = 1_000;

const relay = await new Relay().start();
const ratios = [];
try {
  for (let round = 0; round < rounds; ++round) {
    const quiet = p99(await latenciesMs(relay.url, `quiet-${round}`, edits));
    const flood = await startFlood(relay.url);
    const flooded = p99(await latenciesMs(relay.url, `other-${round}`, edits));
    await flood.stop();
    ratios.push(flooded / quiet);
    console.log(`p99 ${quiet.toFixed(2)} ms quiet, ${flooded.toFixed(2)} ms during ${flood.sent} messages of one client`);
  }
} finally {
  await relay.remove();
}
const median = ratios.sort((a, b) => a - b)[Math.floor(rounds / 2)];
console.log(`median of the ratios: ${median.toFixed(2)}`);
process.exit(median <= 2 ? 0 : 1);
