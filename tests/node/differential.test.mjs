// Random sessions in which every replica exists twice, in Yjs and in the C++ engine, and everything one of them emits is applied by the
// other side. After each step both must have the same bytes: what they emit, their state in V1 and V2, their content, events and undo stacks.
//
//   node differential.test.mjs [--sessions N] [--seed S] [--steps N]     (scripts/converge builds what it needs)
import process from "node:process";
import * as Y from "yjs";
import { CppPeer } from "./peer.mjs";
import { Editor, Random } from "./random_edits.mjs";
import { canonical } from "./tagged_json.mjs";
import { YjsReplica, base64, fromBase64 } from "./yjs_replica.mjs";

const kinds = { t: "text", r: "text", a: "array", m: "map", x: "xml", el: "xmlelement", xt: "xmltext" };

function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}

class Different extends Error {}

// Both sides are JSON; what one of them leaves out, or gives as an empty list, the other may leave out.
function same(what, yjs, cpp) {
  const [a, b] = [yjs, cpp].map((value) => (typeof value === "string" ? value : canonical(value) ?? "nothing"));
  if (a === b) return;
  let at = 0;
  while (a[at] === b[at]) at++;
  const from = Math.max(0, at - 200);
  throw new Different(`${what}, from byte ${at} on\n  Yjs ${a.slice(from, at + 300)}\n  C++ ${b.slice(from, at + 300)}`);
}

function sameTaken(yjs, cpp) {
  same("number of emitted updates", yjs.emits.length, cpp.emits.length);
  yjs.emits.forEach((emit, i) => same("emitted update", emit, cpp.emits[i]));
  same("events", yjs.events, cpp.events ?? []);
}

class Session {
  constructor(cpp, seed) {
    this.cpp = cpp;
    const random = (this.random = new Random(seed));
    const names = Object.keys(kinds).filter(() => random.chance(0.5));
    if (names.length === 0) names.push("r");
    this.roots = Object.fromEntries(names.map((name) => [name, kinds[name]]));
    // Offsets inside surrogate pairs are legal, and peers may then show different text; each replica is still compared with its twin.
    this.editor = new Editor(random, this.roots, {
      splitPairs: random.chance(0.15), formats: random.chance(0.7), subdocs: random.chance(0.25), xml: random.chance(0.5),
    });
    const ids = [[1, 2, 3, 4], [4294967295, 7, 2147483648, 99], [9007199254740991, 4294967296, 5, 6]];
    this.specs = random.pick(ids).slice(0, 2 + random.below(3)).map((id) => this.#spec(id, names));
    this.replicas = this.specs.map((spec) => new YjsReplica(spec, this.roots));
    this.inboxes = this.specs.map(() => []);
    this.log = [];
    this.updates = [];
    this.snapshots = []; // [replica, number]
    this.positions = [];
  }

  #spec(id, names) {
    const { random } = this;
    const spec = { id, gc: random.chance(0.8) };
    if (random.chance(0.3)) spec.events = true;
    if (random.chance(0.3)) spec.subdocEvents = true;
    if (random.chance(0.3)) {
      const scope = names.filter(() => random.chance(0.7));
      spec.undo = { scope: scope.length > 0 ? scope : names, captureTimeout: random.pick([0, 1e9]) };
      if (random.chance(0.2)) spec.undo.ignoreRemoteMapChanges = true;
      if (random.chance(0.3)) spec.undo.trackedOrigins = [null, "track"];
    }
    return spec;
  }

  async run(steps) {
    await this.cpp.ask({ clients: this.specs, roots: this.roots });
    for (this.step = 0; this.step < steps; this.step++) {
      const c = this.random.below(this.replicas.length);
      await this.#someStep(c);
      await this.compare(c);
    }
    for (const c of this.replicas.keys()) {
      await this.deliver(c, Infinity);
      await this.compare(c);
      await this.resolve(c);
    }
    for (const [c, number] of this.snapshots) await this.look(c, number);
    for (const enc of [1, 2]) await this.algebra(enc);
  }

  async #someStep(c) {
    const { random } = this;
    const spec = this.specs[c];
    const dice = random.below(100);
    if (dice < 12 && spec.undo) return this.undo(c);
    if (dice < 14 && !spec.gc) return this.snapshot(c);
    if (dice < 16) return this.relpos(c);
    if (dice < 17) return this.resolve(c);
    if (dice < 62) return this.edit(c);
    if (dice < 92) return this.deliver(c, 1 + random.below(4));
    return this.sync(c, random.below(this.replicas.length));
  }

  // Sends a step to the C++ side and keeps it for the message of a failure.
  ask(command) {
    this.log.push(command);
    return this.cpp.ask(command);
  }

  async edit(c) {
    const { random } = this;
    const count = random.chance(0.3) ? 1 + random.below(6) : 1;
    const origin = random.pick([null, null, "track", "other"]);
    const yjs = this.replicas[c].edit(origin, count, (doc) => this.editor.operation(doc));
    const cpp = await this.ask({ c, tx: yjs.operations, origin });
    sameTaken(yjs, cpp);
    this.#send(c, yjs, cpp);
  }

  // What others are to receive, in both forms.
  #send(c, yjs, cpp) {
    const forms = ({ v1, v2 }) => [v1, v2];
    for (const [i, emit] of yjs.emits.entries()) {
      if (emit.remote) continue;
      this.updates.push(forms(emit));
      this.inboxes.forEach((inbox, other) => {
        if (other !== c) inbox.push({ yjs: forms(emit), cpp: forms(cpp.emits[i]) });
      });
    }
  }

  async deliver(c, count) {
    const inbox = this.inboxes[c];
    for (; count > 0 && inbox.length > 0; count--) {
      const at = this.random.chance(0.6) ? 0 : this.random.below(inbox.length);
      const update = inbox[at];
      // Most of what stays is delivered again, later.
      if (count === Infinity || !this.random.chance(0.1)) inbox.splice(at, 1);
      await this.apply(c, update.yjs, update.cpp, 1 + this.random.below(2));
    }
  }

  // Each side gets what the other one made.
  async apply(c, fromYjs, fromCpp, enc) {
    const yjs = this.replicas[c].apply(fromCpp[enc - 1], enc);
    const cpp = await this.ask({ c, apply: fromYjs[enc - 1], enc });
    sameTaken(yjs, cpp);
    this.#send(c, yjs, cpp);
  }

  async sync(c, from) {
    const enc = 1 + this.random.below(2);
    const vector = base64(Y.encodeStateVector(this.replicas[c].doc));
    const yjs = this.replicas[from].diff(vector, enc);
    const cpp = (await this.ask({ c: from, diff: vector, enc })).bytes;
    same("difference", yjs, cpp);
    await this.apply(c, [yjs, yjs], [cpp, cpp], enc);
  }

  async undo(c) {
    const um = this.random.pick(["undo", "undo", "undo", "redo", "redo", "stop", this.random.chance(0.1) ? "clear" : "stop"]);
    const yjs = this.replicas[c].um(um);
    const cpp = await this.ask({ c, um });
    same("undone", yjs.ret ?? null, cpp.ret ?? null);
    same("undo and redo stacks", yjs.stacks, cpp.stacks);
    sameTaken(yjs, cpp);
    this.#send(c, yjs, cpp);
  }

  async snapshot(c) {
    const number = this.snapshots.length;
    const yjs = this.replicas[c].snapshot(number);
    same("snapshot", yjs.snap, (await this.ask({ c, snapshot: number })).snap);
    this.snapshots.push([c, number]);
  }

  async look(c, number) {
    const earlier = this.snapshots.filter(([other, before]) => other === c && before < number);
    const prev = earlier.length > 0 && this.random.chance(0.7) ? this.random.pick(earlier)[1] : null;
    const yjs = this.replicas[c].look(number, prev);
    const cpp = await this.ask({ c, look: number, prev });
    for (const part of ["restored", "deltas", "arrays"]) same(`${part} at a snapshot`, yjs[part], cpp[part]);
    sameTaken(yjs, cpp);
  }

  async relpos(c) {
    const places = Object.entries(this.roots).filter(([, kind]) => kind !== "map").map(([name, kind]) => {
      const { length } = this.replicas[c].doc.share.get(name);
      return { p: [name], i: this.random.below(length + 1), assoc: this.random.pick([0, 0, -1, 1]) };
    });
    const yjs = this.replicas[c].relpos(places);
    const cpp = await this.ask({ c, relpos: places });
    same("relative positions", yjs.relposOut, cpp.relposOut);
    this.positions.push(...yjs.relposOut.map(({ bytes }) => bytes));
  }

  async resolve(c) {
    const yjs = this.replicas[c].resolve(this.positions);
    same("resolved positions", yjs.resolved, (await this.ask({ c, resolve: this.positions })).resolved);
  }

  async compare(c) {
    const yjs = this.replicas[c].state();
    const cpp = await this.cpp.ask({ c, state: true });
    for (const part of ["sv", "v1", "v2", "snapV1", "snapV2", "roots"]) same(`${part} of the document`, yjs[part], cpp[part]);
    sameTaken(yjs, cpp);
  }

  // What can be done with updates without a document, on some of them in some order.
  async algebra(enc) {
    const v1 = enc === 1;
    const ask = async (command) => (await this.ask({ ...command, enc })).bytes;
    const parts = this.updates.filter(() => this.random.chance(0.6)).map((emit) => emit[enc - 1]);
    for (let i = parts.length - 1; i > 0; i--) {
      const other = this.random.below(i + 1);
      [parts[i], parts[other]] = [parts[other], parts[i]];
    }
    const merged = (v1 ? Y.mergeUpdates : Y.mergeUpdatesV2)(parts.map(fromBase64));
    same("merge", base64(merged), await ask({ merge: parts }));
    const vectorOf = v1 ? Y.encodeStateVectorFromUpdate : Y.encodeStateVectorFromUpdateV2;
    same("state vector of an update", base64(vectorOf(merged)), await ask({ vector: base64(merged) }));
    const convert = v1 ? Y.convertUpdateFormatV1ToV2 : Y.convertUpdateFormatV2ToV1;
    same("conversion", base64(convert(merged)), await ask({ convert: base64(merged) }));
    const some = this.random.pick(this.replicas).doc;
    const known = new Map([...Y.decodeStateVector(Y.encodeStateVector(some))].map(([id, clock]) => [id, this.random.below(clock + 2)]));
    const vector = base64(Y.encodeStateVector(known));
    const diff = (v1 ? Y.diffUpdate : Y.diffUpdateV2)(merged, fromBase64(vector));
    same("difference of an update", base64(diff), await ask({ cut: base64(merged), known: vector }));
  }
}

const sessions = option("sessions", 200);
const firstSeed = option("seed", 1);
const steps = option("steps", 60);
// Yjs warns of edits to types that are not in a document yet; here that is intended.
console.warn = () => {};
const cpp = new CppPeer();
let failed = 0;
let edits = 0;
let exchanges = 0;
for (let seed = firstSeed; seed < firstSeed + sessions && failed < 5; seed++) {
  const session = new Session(cpp, seed);
  try {
    await session.run(steps);
    edits += session.log.reduce((sum, entry) => sum + (entry.tx?.length ?? 0), 0);
    exchanges += session.log.filter((entry) => entry.apply !== undefined).length;
  } catch (error) {
    failed++;
    console.log(`FAILED session ${seed}, step ${session.step}: ${error instanceof Different ? error.message : error.stack}`);
    console.log(`  last: ${(JSON.stringify(session.log.at(-1)) ?? "nothing").slice(0, 600)}`);
    console.log(`  replay: scripts/converge --seed ${seed} --sessions 1 --steps ${steps}`);
    if (cpp.ended) break;
  }
}
if (!cpp.ended) await cpp.close();
console.log(
  `${sessions} sessions of ${steps} steps from seed ${firstSeed}: ` +
    (failed === 0 ? `all equal (${edits} edits, ${exchanges} updates exchanged)` : `${failed} failed`),
);
process.exit(failed === 0 ? 0 : 1);
