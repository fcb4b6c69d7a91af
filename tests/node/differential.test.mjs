// Random sessions in which every replica exists twice, in Yjs and in the C++ engine, and everything one of them emits is applied by the
// other side. After each step both must have the same bytes: what they emit, their state in V1 and V2, their content.
//
//   node differential.test.mjs [--sessions N] [--seed S] [--steps N]     (scripts/converge builds what it needs)
import process from "node:process";
import * as Y from "yjs";
import { CppPeer } from "./peer.mjs";
import { Random, someOperation } from "./random_edits.mjs";
import { applyOperation, canonical, openRoot, toTagged } from "./tagged_json.mjs";

const roots = { t: "text", u: "text", a: "array", m: "map" };
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const fromBase64 = (text) => new Uint8Array(Buffer.from(text, "base64"));

function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}

class Different extends Error {}

function same(what, yjs, cpp) {
  if (yjs === cpp) return;
  throw new Different(`${what}\n  Yjs ${yjs.slice(0, 600)}\n  C++ ${cpp.slice(0, 600)}`);
}

class YjsReplica {
  constructor({ id, gc }) {
    this.doc = new Y.Doc({ gc });
    this.doc.clientID = id;
    for (const [name, kind] of Object.entries(roots)) openRoot(this.doc, name, kind);
    this.emits = [];
    this.doc.on("update", (update, origin) => this.emits.push([base64(update), null, origin === "remote"]));
    this.doc.on("updateV2", (update) => (this.emits.at(-1)[1] = base64(update)));
  }
  takeEmits() {
    return this.emits.splice(0);
  }
  edit(operations) {
    this.doc.transact(() => operations.forEach((operation) => applyOperation(this.doc, roots, operation)));
    return this.takeEmits();
  }
  apply(update, enc) {
    (enc === 1 ? Y.applyUpdate : Y.applyUpdateV2)(this.doc, fromBase64(update), "remote");
    return this.takeEmits();
  }
  diff(vector, enc) {
    return base64((enc === 1 ? Y.encodeStateAsUpdate : Y.encodeStateAsUpdateV2)(this.doc, fromBase64(vector)));
  }
  state() {
    const content = {};
    for (const [name, kind] of Object.entries(roots)) {
      const type = openRoot(this.doc, name, kind);
      content[name] = kind === "text" ? type.toString() : toTagged(type.toJSON());
    }
    return {
      sv: base64(Y.encodeStateVector(this.doc)),
      v1: base64(Y.encodeStateAsUpdate(this.doc)),
      v2: base64(Y.encodeStateAsUpdateV2(this.doc)),
      content: canonical(content),
    };
  }
}

class Session {
  constructor(cpp, seed) {
    this.cpp = cpp;
    this.random = new Random(seed);
    // Offsets inside surrogate pairs are legal, and peers may then show different text; each replica is still compared with its twin.
    this.splitPairs = this.random.chance(0.15);
    const ids = [[1, 2, 3, 4], [4294967295, 7, 2147483648, 99], [9007199254740991, 4294967296, 5, 6]];
    this.specs = this.random.pick(ids).slice(0, 2 + this.random.below(3)).map((id) => ({ id, gc: this.random.chance(0.85) }));
    this.replicas = this.specs.map((spec) => new YjsReplica(spec));
    this.inboxes = this.specs.map(() => []);
    this.log = [];
    this.updates = [];
  }

  async run(steps) {
    await this.cpp.ask({ clients: this.specs, roots });
    for (this.step = 0; this.step < steps; this.step++) {
      const c = this.random.below(this.replicas.length);
      const dice = this.random.below(10);
      if (dice < 6) await this.edit(c);
      else if (dice < 9) await this.deliver(c, 1 + this.random.below(4));
      else await this.sync(c, this.random.below(this.replicas.length));
      await this.compare(c);
    }
    for (const c of this.replicas.keys()) {
      await this.deliver(c, Infinity);
      await this.compare(c);
    }
    for (const enc of [1, 2]) await this.algebra(enc);
  }

  // What can be done with updates without a document, on some of them in some order.
  async algebra(enc) {
    const v1 = enc === 1;
    const ask = async (command) => (await this.cpp.ask({ ...command, enc })).bytes;
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

  compareEmits(yjs, cpp) {
    same("number of emitted updates", String(yjs.length), String(cpp.length));
    yjs.forEach((emit, i) => {
      same("emitted V1", emit[0], cpp[i][0]);
      same("emitted V2", emit[1], cpp[i][1]);
      same("emitted as remote", String(emit[2]), String(cpp[i][2]));
    });
  }

  async edit(c) {
    // Each edit must make sense after those before it in the transaction, so they are tried on a copy.
    const copy = new YjsReplica({ id: 0, gc: true });
    copy.apply(base64(Y.encodeStateAsUpdate(this.replicas[c].doc)), 1);
    const operations = [];
    for (let n = this.random.chance(0.3) ? 1 + this.random.below(6) : 1; n > 0; n--) {
      const operation = someOperation(this.random, copy.doc, roots, this.splitPairs);
      applyOperation(copy.doc, roots, operation);
      operations.push(operation);
    }
    this.log.push({ c, tx: operations });
    const yjs = this.replicas[c].edit(operations);
    const cpp = (await this.cpp.ask({ c, tx: operations })).emits;
    this.compareEmits(yjs, cpp);
    for (const [i, emit] of yjs.entries()) {
      this.updates.push(emit);
      this.inboxes.forEach((inbox, other) => {
        if (other !== c) inbox.push({ yjs: emit, cpp: cpp[i] });
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
    this.log.push({ c, apply: fromYjs[enc - 1], enc });
    const yjs = this.replicas[c].apply(fromCpp[enc - 1], enc);
    this.compareEmits(yjs, (await this.cpp.ask({ c, apply: fromYjs[enc - 1], enc })).emits);
  }

  async sync(c, from) {
    const enc = 1 + this.random.below(2);
    const vector = base64(Y.encodeStateVector(this.replicas[c].doc));
    const yjs = this.replicas[from].diff(vector, enc);
    const cpp = (await this.cpp.ask({ c: from, diff: vector, enc })).bytes;
    same("difference", yjs, cpp);
    await this.apply(c, [yjs, yjs], [cpp, cpp], enc);
  }

  async compare(c) {
    const yjs = this.replicas[c].state();
    const cpp = await this.cpp.ask({ c, state: true });
    same("state vector", yjs.sv, cpp.sv);
    same("state in V1", yjs.v1, cpp.v1);
    same("state in V2", yjs.v2, cpp.v2);
    const shown = ({ kind, string, json }) => (kind === "text" ? string : json);
    const content = Object.fromEntries(Object.entries(cpp.roots).map(([name, root]) => [name, shown(root)]));
    same("content", yjs.content, canonical(content));
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
