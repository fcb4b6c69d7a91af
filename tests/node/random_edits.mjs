// Random edits that make sense for the document they are made for. The same seed gives the same edits.
import * as Y from "yjs";
import { openRoot } from "./operations.mjs";

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
  // `make(i)` up to `most` times, at least `least` times.
  some(least, most, make) {
    return Array.from({ length: least + this.below(most - least + 1) }, (_, i) => make(i));
  }
}

const strings = ["a", "hello ", "é", "😀", "日本語", "\u0000", "x\ty\n", "👩‍👩‍👧", "𝒳", "word word word ", "\ufeff\"q\"", "\n"];
const keys = ["k", "l", "10", "2", "", "ключ"];
const tags = ["p", "DIV", "h1", "li", "x-y"];
const attributeNames = ["id", "class", "data-ключ"];
const formats = {
  bold: [true, true, null],
  italic: [true, null],
  color: ["red", "#888", null],
  size: [12, 14.5, 0, null],
  link: [{ href: "a" }, { href: "b", rel: "x" }, null],
  em: [{}, "", false, null],
};

// What the edits of a session may do: {splitPairs, formats, subdocs, xml}.
export class Editor {
  constructor(random, roots, allowed) {
    this.random = random;
    this.roots = roots;
    this.allowed = allowed;
    this.documents = 0;
    this.carets = new Map(); // where each text was edited last: most typing goes on there
  }

  // An edit of something that is there, or undefined when it found nothing to do.
  operation(doc) {
    const { random } = this;
    const types = this.#live(doc);
    const subdocs = types.filter(([, type]) => type instanceof Y.Doc);
    if (subdocs.length > 0 && random.chance(0.15)) {
      return { o: random.chance(0.7) ? "d.load" : "d.destroy", p: random.pick(subdocs)[0] };
    }
    const [p, type] = random.pick(types.filter(([, live]) => live instanceof Y.AbstractType));
    if (type instanceof Y.Text) return this.#text(p, type);
    if (type instanceof Y.Array) return this.#array(p, type);
    if (type instanceof Y.Map) return this.#map(p);
    return this.#xml(p, type);
  }

  // [path, value] of every shared type and sub-document there is.
  #live(doc) {
    const found = Object.entries(this.roots).map(([name, kind]) => [[name], openRoot(doc, name, kind)]);
    for (const [path, type] of found) {
      let children = [];
      if (type instanceof Y.Map) children = type.entries();
      else if (type instanceof Y.Array || type instanceof Y.XmlFragment) children = type.toArray().entries();
      for (const [step, child] of children) {
        if (child instanceof Y.AbstractType || child instanceof Y.Doc) found.push([[...path, step], child]);
      }
    }
    return found;
  }

  // Where a plain text or a text with embeds may be cut.
  #cuts(text) {
    const flat = text.toDelta().map(({ insert }) => (typeof insert === "string" ? insert : "\ufffc")).join("");
    return (index) => this.allowed.splitPairs || !/^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(flat.slice(index - 1, index + 1))
      ? index : index + 1;
  }

  #text(p, text) {
    const { random } = this;
    const safe = this.#cuts(text);
    const caret = p.join("/");
    const place = () => {
      const dice = random.below(10);
      if (dice < 4) return safe(Math.min(text.length, this.carets.get(caret) ?? 0));
      return safe(dice < 6 ? text.length : random.below(text.length + 1));
    };
    const typed = (i, s) => {
      this.carets.set(caret, i + s.length);
      return { i, s };
    };
    const erased = ({ i, n }) => {
      this.carets.set(caret, i);
      return { i, n };
    };
    const lastOnes = () => {
      const end = place();
      const i = safe(Math.max(0, end - 1 - random.below(3)));
      return { i, n: Math.max(0, end - i) };
    };
    const range = () => {
      const i = place();
      return { i, n: safe(Math.min(text.length, i + random.below(9))) - i };
    };
    const dice = random.below(this.allowed.formats ? 20 : 12);
    if (dice < 7 || text.length === 0) return { o: "t.ins", p, ...typed(place(), random.pick(strings)) };
    if (dice < 11) return { o: "t.del", p, ...erased(random.chance(0.5) ? lastOnes() : range()) };
    if (dice < 12) {
      return random.chance(0.7)
        ? { o: "t.attr", p, k: random.pick(keys), v: this.#value() }
        : { o: "t.rmattr", p, k: random.pick(keys) };
    }
    if (dice < 15) return { o: "t.fmt", p, ...range(), a: this.#formats() };
    if (dice < 17) return { o: "t.ins", p, ...typed(place(), random.pick(strings)), a: this.#formats() };
    if (dice < 18) {
      const v = random.chance(0.25) ? this.#type(2) : random.pick([{ image: "u" }, {}, { n: [1, null, "é"] }]);
      return { o: "t.emb", p, i: place(), v, a: random.chance(0.5) ? this.#formats() : undefined };
    }
    return this.#delta(p, text.length, safe);
  }

  #formats() {
    const names = this.random.some(1, 2, () => this.random.pick(Object.keys(formats)));
    return Object.fromEntries(names.map((name) => [name, this.random.pick(formats[name])]));
  }

  #delta(p, length, safe) {
    const { random } = this;
    let at = 0;
    const forward = (most) => {
      const to = safe(Math.min(length, at + 1 + random.below(most)));
      const count = to - at;
      at = to;
      return count;
    };
    const d = random.some(1, 5, () => {
      const attributes = random.chance(0.5) ? { attributes: this.#formats() } : {};
      if (at >= length || random.chance(0.4)) return { insert: random.pick(strings), ...attributes };
      return random.chance(0.5) ? { retain: forward(length), ...attributes } : { delete: forward(6) };
    });
    if (random.chance(0.1)) d.push({ retain: length - at + 1 + random.below(3), attributes: this.#formats() });
    return { o: "t.delta", p, d, sanitize: random.chance(0.2) ? false : undefined };
  }

  #array(p, array) {
    const { random } = this;
    const values = () => random.some(1, 3, () => this.#child());
    if (array.length > 0 && random.chance(0.35)) {
      const i = random.below(array.length);
      return { o: "a.del", p, i, n: Math.min(array.length - i, random.below(4)) };
    }
    const dice = random.below(10);
    if (dice < 3) return { o: "a.push", p, v: values() };
    if (dice < 4) return { o: "a.unshift", p, v: values() };
    return { o: "a.ins", p, i: random.below(array.length + 1), v: values() };
  }

  #map(p) {
    const { random } = this;
    if (random.chance(0.05)) return { o: "m.clear", p };
    if (random.chance(0.25)) return { o: "m.del", p, k: random.pick(keys) };
    const v = random.chance(0.05) ? { $: "undefined" } : random.chance(0.05) ? { $: "bigint", v: "-7" } : this.#child();
    return { o: "m.set", p, k: random.pick(keys), v };
  }

  #xml(p, xml) {
    const { random } = this;
    const nodes = () => random.some(1, 2, () => this.#node(p.length));
    const dice = random.below(xml instanceof Y.XmlElement ? 12 : 8);
    if (dice >= 11) return { o: "x.rmattr", p, k: random.pick(attributeNames) };
    if (dice >= 8) return { o: "x.attr", p, k: random.pick(attributeNames), v: random.pick(["a", "é\"<", 3, -0.5, true, null]) };
    if (xml.length > 0 && dice < 2) {
      const i = random.below(xml.length);
      return { o: "x.del", p, i, n: Math.min(xml.length - i, 1 + random.below(2)) };
    }
    if (dice < 4) {
      return { o: "x.insAfter", p, r: xml.length === 0 || random.chance(0.3) ? null : random.below(xml.length), v: nodes() };
    }
    return { o: "x.ins", p, i: random.below(xml.length + 1), v: nodes() };
  }

  #node(depth) {
    const { random } = this;
    const dice = random.below(10);
    if (dice < 4) return { $: "type", kind: "xmltext", init: this.#initialText() };
    if (dice < 5) return { $: "type", kind: "xmlhook", name: "hook", init: [["k", this.#value()]] };
    return {
      $: "type", kind: "xmlelement", name: random.pick(tags),
      attrs: random.some(0, 2, (i) => [attributeNames[i], random.pick(["v", 1, "ü"])]),
      init: depth < 3 ? random.some(0, 2, () => this.#node(depth + 1)) : [],
    };
  }

  #initialText() {
    const { random } = this;
    if (!this.allowed.formats || random.chance(0.6)) return random.pick(strings);
    return random.some(1, 3, () => ({
      insert: random.chance(0.2) ? { image: "v" } : random.pick(strings),
      attributes: random.chance(0.5) ? this.#formats() : undefined,
    }));
  }

  #type(depth = 0) {
    const { random } = this;
    const kind = random.pick(this.allowed.xml ? ["text", "array", "map", "xmlelement", "xmlfragment"] : ["text", "array", "map"]);
    if (kind === "xmlelement") return this.#node(depth);
    if (random.chance(0.3)) return { $: "type", kind };
    const child = () => (depth < 2 && random.chance(0.3) ? this.#type(depth + 1) : this.#value());
    switch (kind) {
      case "text": return { $: "type", kind, init: this.#initialText() };
      case "xmlfragment": return { $: "type", kind, init: random.some(0, 2, () => this.#node(depth + 1)) };
      case "array": return { $: "type", kind, init: random.some(1, 3, child) };
      default: return { $: "type", kind, init: [...new Map(random.some(1, 3, () => [random.pick(keys), child()]))] };
    }
  }

  #child() {
    if (this.allowed.subdocs && this.random.chance(0.08)) return this.#document();
    return this.random.chance(0.2) ? this.#type() : this.#value();
  }

  #document() {
    const { random } = this;
    const opts = {};
    if (random.chance(0.3)) opts.autoLoad = true;
    if (random.chance(0.2)) opts.shouldLoad = false;
    if (random.chance(0.2)) opts.gc = false;
    if (random.chance(0.3)) opts.meta = this.#value(1);
    return { $: "doc", guid: `sub-${++this.documents}`, opts };
  }

  #value(depth = 0) {
    const { random } = this;
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
      case 12: return random.some(0, 3, () => this.#value(depth + 1));
      // JavaScript lists keys that are array indices first, and so must what is sent.
      default: return Object.fromEntries(random.some(0, 3, () => [random.pick(keys), this.#value(depth + 1)]));
    }
  }
}
