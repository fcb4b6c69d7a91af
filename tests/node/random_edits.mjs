// Random edits that make sense for the document they are made for. The same seed gives the same edits.
import * as Y from "yjs";
import { openRoot } from "./tagged_json.mjs";

export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  // mulberry32
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }
  below(n) {
    return Math.floor((this.next() / 2 ** 32) * n);
  }
  chance(p) {
    return this.next() / 2 ** 32 < p;
  }
  pick(list) {
    return list[this.below(list.length)];
  }
}

const strings = ["a", "hello ", "é", "😀", "日本語", "\u0000", "x\ty\n", "👩‍👩‍👧", "𝒳", "word word word ", "\ufeff\"q\""];
const keys = ["k", "l", "10", "2", "", "ключ"];

function someValue(random, depth = 0) {
  switch (random.below(depth > 2 ? 12 : 14)) {
    case 0: return random.below(10);
    case 1: return random.below(2 ** 32) - 2 ** 31;
    case 2: return random.next() * 2 ** 20;
    case 3: return random.pick([0.1, 0.5, 1e300, -1e-310, 2 ** 31, 2 ** 53 - 1, 16777217, 1e21]);
    case 4: return { $: "number", v: random.pick(["NaN", "Infinity", "-Infinity", "-0"]) };
    case 5: return null;
    case 6: return depth > 0 ? { $: "undefined" } : true;
    case 7: return random.chance(0.5);
    case 8: return { $: "bytes", v: random.pick(["", "AAH/", "aGVsbG8="]) };
    case 9: return depth > 0 ? { $: "bigint", v: random.pick(["0", "-1", "9223372036854775807"]) } : 7;
    case 10:
    case 11: return random.pick(strings);
    case 12: return Array.from({ length: random.below(4) }, () => someValue(random, depth + 1));
    default: {
      // JavaScript lists keys that are array indices first, and so must what is sent.
      const members = Array.from({ length: random.below(4) }, () => [random.pick(keys), someValue(random, depth + 1)]);
      return Object.fromEntries(members);
    }
  }
}

function someType(random, depth = 0) {
  const kind = random.pick(["text", "array", "map"]);
  if (random.chance(0.3)) return { $: "type", kind };
  const child = () => (depth < 2 && random.chance(0.3) ? someType(random, depth + 1) : someValue(random));
  switch (kind) {
    case "text": return { $: "type", kind, init: random.pick(strings) };
    case "array": return { $: "type", kind, init: Array.from({ length: 1 + random.below(3) }, child) };
    default: {
      const members = new Map(Array.from({ length: 1 + random.below(3) }, () => [random.pick(keys), child()]));
      return { $: "type", kind, init: [...members] };
    }
  }
}

function someChild(random) {
  return random.chance(0.2) ? someType(random) : someValue(random);
}

// [path, type] of every shared type there is.
function liveTypes(doc, roots) {
  const found = Object.entries(roots).map(([name, kind]) => [[name], openRoot(doc, name, kind)]);
  for (const [path, type] of found) {
    const children = type instanceof Y.Array ? type.toArray().entries() : type instanceof Y.Map ? type.entries() : [];
    for (const [step, child] of children) {
      if (child instanceof Y.AbstractType) found.push([[...path, step], child]);
    }
  }
  return found;
}

const cutsPair = (text, index) => /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(index - 1, index + 1));

function textOperation(random, p, text, splitPairs) {
  const now = text.toString();
  const place = () => {
    const index = random.chance(0.5) ? now.length : random.below(now.length + 1);
    return !splitPairs && cutsPair(now, index) ? index + 1 : index;
  };
  if (now.length === 0 || random.chance(0.65)) return { o: "t.ins", p, i: place(), s: random.pick(strings) };
  const i = place();
  let end = Math.min(now.length, i + random.below(8));
  if (!splitPairs && cutsPair(now, end)) end += 1;
  return { o: "t.del", p, i, n: end - i };
}

function arrayOperation(random, p, array) {
  const values = () => Array.from({ length: 1 + random.below(3) }, () => someChild(random));
  if (array.length > 0 && random.chance(0.35)) {
    const i = random.below(array.length);
    return { o: "a.del", p, i, n: Math.min(array.length - i, random.below(4)) };
  }
  if (random.chance(0.3)) return { o: "a.push", p, v: values() };
  return { o: "a.ins", p, i: random.below(array.length + 1), v: values() };
}

function mapOperation(random, p) {
  if (random.chance(0.05)) return { o: "m.clear", p };
  if (random.chance(0.25)) return { o: "m.del", p, k: random.pick(keys) };
  return { o: "m.set", p, k: random.pick(keys), v: someChild(random) };
}

export function someOperation(random, doc, roots, splitPairs) {
  const [path, type] = random.pick(liveTypes(doc, roots));
  if (type instanceof Y.Text) return textOperation(random, path, type, splitPairs);
  if (type instanceof Y.Array) return arrayOperation(random, path, type);
  return mapOperation(random, path);
}
