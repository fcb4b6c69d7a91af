// Documents edited at the same time by another engine, by the C++ engine and by a second replica of the other one: all show the same, and
// what each of them encodes loads in the others.
//
//   node other_engines.test.mjs [--sessions N] [--seed S]
import process from "node:process";
import * as Y from "yjs";
import { openRoot } from "./operations.mjs";
import { engines, roots } from "./other_engines.mjs";
import { CppPeer } from "./peer.mjs";
import { Editor, Random } from "./random_edits.mjs";
import { canonical } from "./tagged_json.mjs";

const kSteps = 40;
const kFresh = [1, 2, 3, 4]; // replicas of the C++ side that load what was made

const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const fromBase64 = (text) => new Uint8Array(Buffer.from(text, "base64"));

function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}

// The parts of a root's content that all engines show; steps with equal formats that lie side by side joined, since engines cut differently.
function comparable(content) {
  const shown = {};
  for (const [name, { string, delta, json, xml }] of Object.entries(content)) {
    const steps = [];
    for (const step of delta ?? []) {
      const last = steps.at(-1);
      if (last && typeof last.insert === "string" && typeof step.insert === "string" && canonical(last.attributes) === canonical(step.attributes)) {
        last.insert += step.insert;
      } else {
        steps.push({ ...step });
      }
    }
    shown[name] = { string, json, xml, delta: delta && steps };
  }
  return canonical(shown);
}

function same(what, expected, got) {
  if (expected === got) return;
  let at = 0;
  while (expected[at] === got[at]) at++;
  const from = Math.max(0, at - 150);
  throw new Error(`${what}:\n  ${expected.slice(from, at + 250)}\n  ${got.slice(from, at + 250)}`);
}

class Session {
  constructor(cpp, engine, seed) {
    this.cpp = cpp;
    this.engine = engine;
    this.random = new Random(seed);
    this.editor = new Editor(this.random, roots, { splitPairs: false, formats: true, subdocs: false, xml: false });
    this.docs = [11, 2 ** 31 + 5].map((id) => engine.create(id));
    this.updates = []; // {from, v: [V1, V2]}
    this.received = [0, 0, 0]; // by each replica, the C++ one last
    this.docs.forEach((doc, from) => engine.onUpdate(doc, (v) => this.updates.push({ from, v })));
  }

  async run() {
    const fresh = kFresh.map((n) => ({ id: 900 + n, gc: true }));
    await this.cpp.ask({ clients: [{ id: 12, gc: this.random.chance(0.8) }, ...fresh], roots });
    for (let step = 0; step < kSteps; step++) {
      const who = this.random.below(3);
      if (this.random.chance(0.35)) await this.receive(who);
      else if (who === 2) await this.editInCpp();
      else this.engine.edit(this.docs[who], this.random);
    }
    // Receiving may make an engine clean up formats, which is an update again.
    for (let round = 0; round < 3; round++) {
      for (const who of [0, 1, 2]) await this.receive(who);
    }
    const state = await this.cpp.ask({ c: 0, state: true });
    const shown = comparable(state.roots);
    this.docs.forEach((doc, i) => same(`replica ${i} of ${this.engine.name}, then C++`, comparable(this.engine.content(doc)), shown));
    await this.exchangeStates(state, shown);
  }

  // In the order in which they were made: yrs can leave structs waiting for ever that come before what they need.
  async receive(who) {
    for (; this.received[who] < this.updates.length; this.received[who]++) {
      const { from, v } = this.updates[this.received[who]];
      if (from === who) continue;
      const enc = 1 + this.random.below(2);
      if (who < 2) {
        this.engine.apply(this.docs[who], v[enc - 1], enc);
      } else {
        this.#emitted(await this.cpp.ask({ c: 0, apply: base64(v[enc - 1]), enc }));
      }
    }
  }

  #emitted({ emits }) {
    for (const { v1, v2, remote } of emits) {
      if (!remote) this.updates.push({ from: 2, v: [fromBase64(v1), fromBase64(v2)] });
    }
  }

  async editInCpp() {
    const { v1 } = await this.cpp.ask({ c: 0, state: true });
    // An edit that makes sense for what is there; Yjs 13 says what that is.
    const doc = new Y.Doc();
    for (const [name, kind] of Object.entries(roots)) openRoot(doc, name, kind);
    Y.applyUpdate(doc, fromBase64(v1));
    const operation = this.editor.operation(doc);
    if (this.engine.knows(JSON.stringify(operation))) {
      this.#emitted(await this.cpp.ask({ c: 0, tx: [operation] }));
    }
  }

  async exchangeStates(state, shown) {
    const { engine } = this;
    for (const enc of [1, 2]) {
      const doc = engine.create(77);
      engine.apply(doc, fromBase64(enc === 1 ? state.v1 : state.v2), enc);
      same(`C++ state V${enc} in ${engine.name}`, comparable(engine.content(doc)), shown);
      await this.#loadInCpp(enc, base64(engine.encode(this.docs[0], enc)), enc, shown);
      const { bytes } = await this.cpp.ask({ merge: this.updates.map(({ v }) => base64(v[enc - 1])), enc });
      await this.#loadInCpp(2 + enc, bytes, enc, shown);
      const merged = engine.create(78);
      engine.apply(merged, fromBase64(bytes), enc);
      same(`merged V${enc} in ${engine.name}`, comparable(engine.content(merged)), shown);
    }
  }

  async #loadInCpp(c, update, enc, shown) {
    await this.cpp.ask({ c, apply: update, enc });
    same(`V${enc} of ${this.engine.name} in replica ${c} of C++`, comparable((await this.cpp.ask({ c, state: true })).roots), shown);
  }
}

const sessions = option("sessions", 40);
const firstSeed = option("seed", 1);
console.warn = () => {};
const cpp = new CppPeer();
let failed = 0;
for (const engine of engines) {
  for (let seed = firstSeed; seed < firstSeed + sessions && failed < 5; seed++) {
    try {
      await new Session(cpp, engine, seed).run();
    } catch (error) {
      failed++;
      console.log(`FAILED ${engine.name}, session ${seed}: ${error.stack}`);
      if (cpp.ended) break;
    }
  }
}
if (!cpp.ended) await cpp.close();
console.log(`${sessions} sessions with each of ${engines.map(({ name }) => name).join(", ")}: ${failed === 0 ? "all show the same" : `${failed} failed`}`);
process.exit(failed === 0 ? 0 : 1);
