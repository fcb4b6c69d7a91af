// Two engines that nobody here wrote, each behind the same few functions: @y/y 14 and ywasm (yrs). What a document holds is shown
// in the form of ypp-peer: {root: {string, delta}, {json} or {xml}}.
import * as Y14 from "@y/y";
import ywasm from "ywasm";
import { toTagged } from "./tagged_json.mjs";

export const roots = { t: "text", a: "array", m: "map", x: "xml" };

const words = ["a", "hello ", "é", "😀", "日本語", "\n", "x y "];
const keys = ["k", "l", "10", ""];
const plain = [0, 7, -3, 0.5, 1e300, 2 ** 40, "str", "", true, null, [1, [2]], { k: "v", n: null }, new Uint8Array([0, 255])];
const someFormats = [{ bold: true }, { bold: null }, { color: "red" }, { color: "blue", bold: true }, { link: { href: "u" } }];

// An index that does not cut a surrogate pair: what engines make of the halves differs.
function wholeIndex(flat, index) {
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(flat.slice(index - 1, index + 1)) ? index + 1 : index;
}

// What one edit of a text shall be, for an engine to carry out: a place and a length, both whole characters.
function range(random, flat) {
  const from = wholeIndex(flat, random.below(flat.length + 1));
  return [from, wholeIndex(flat, Math.min(flat.length, from + random.below(8))) - from];
}

// Edits of which both engines show the result in a way of their own: hooks, shared types in texts, formats and embeds in XML texts.
const commonQuirks = /xmlhook|"t.emb".*"type"|"t.emb","p":\["x"|"p":\["x".*("a":\{|"attributes")|"xmltext".*"insert"/;

// ------------------------------------------------------------------ @y/y 14

// Children one by one: strings in pieces of equal format, everything else alone.
function children14(type) {
  const list = [];
  for (const { insert, format } of type.toDelta().toJSON().children ?? []) {
    if (typeof insert === "string") list.push({ insert, format });
  }
  return list;
}

// Type numbers of array, map and hook.
const kNotXml = new Set([0, 1, 5]);
const byKey = ([a], [b]) => (a < b ? -1 : 1);
const attributesXml = (entries) => entries.sort(byKey).map(([key, value]) => ` ${key}="${value}"`).join("");

// How Yjs 13 shows an XML type of @y/y 14: sorted attributes, formats as tags.
function xml14(type) {
  const inner = type.toDelta().children;
  let text = "";
  for (const step of inner) {
    const formats = Object.entries(step.format ?? {}).sort(byKey);
    const open = formats.map(([name, value]) => `<${name}${attributesXml(Object.entries(value))}>`).join("");
    const close = formats.reverse().map(([name]) => `</${name}>`).join("");
    for (const child of typeof step.insert === "string" ? [step.insert] : step.insert) {
      const markup = child instanceof Y14.Type && !kNotXml.has(child._legacyTypeRef);
      text += open + (markup ? xml14(child) : child instanceof Y14.Type ? "[object Object]" : String(child)) + close;
    }
  }
  if (type.name === null) return text;
  const name = type.name.toLowerCase();
  return `<${name}${attributesXml([...type.attrEntries()])}>${text}</${name}>`;
}

// The kinds that types had before 14, by their number on the wire.
function nested14(value) {
  if (!(value instanceof Y14.Type)) return toTagged(value);
  switch (value._legacyTypeRef) {
    case 0: return value.toArray().map(nested14);
    case 1: return Object.fromEntries([...value.attrEntries()].map(([key, member]) => [key, nested14(member)]));
    case 2: return children14(value).map(({ insert }) => insert).join("");
    default: return xml14(value);
  }
}

function delta14(type) {
  const steps = [];
  for (const { insert, format } of type.toDelta().children) {
    const attributes = format && Object.keys(format).length > 0 ? { attributes: toTagged(format) } : {};
    if (typeof insert === "string") steps.push({ insert, ...attributes });
    else for (const embed of insert) steps.push({ insert: toTagged(embed), ...attributes });
  }
  return steps;
}

const flat14 = (type) => delta14(type).map(({ insert }) => (typeof insert === "string" ? insert : "\ufffc")).join("");

function edit14(doc, random) {
  const value = () => random.chance(0.25) ? new Y14.Type(random.chance(0.3) ? "em" : null) : random.pick(plain);
  const [t, a, m, x] = Object.keys(roots).map((name) => doc.get(name));
  const dice = random.below(10);
  if (dice < 4) {
    const [from, length] = range(random, flat14(t));
    const action = random.below(4);
    if (action === 0) t.delete(from, length);
    else if (action === 1) t.format(from, length, random.pick(someFormats));
    // No embeds: 14 writes them as array elements, which texts of Yjs 13 keep but do not show.
    else t.insert(from, random.pick(words), random.chance(0.3) ? { bold: true } : undefined);
  } else if (dice < 6) {
    if (a.length > 0 && random.chance(0.3)) a.delete(random.below(a.length), 1);
    else a.insert(random.below(a.length + 1), random.some(1, 3, value));
  } else if (dice < 8) {
    if (random.chance(0.2)) m.deleteAttr(random.pick(keys));
    else m.setAttr(random.pick(keys), value());
  } else if (x.length > 0 && random.chance(0.5)) {
    const element = x.get(random.below(x.length));
    if (!(element instanceof Y14.Type) || element.name === null) return;
    if (random.chance(0.3)) x.delete(0, 1);
    else if (random.chance(0.5)) element.setAttr("id", random.pick(["v", "w", 3]));
    else element.insert(0, random.chance(0.5) ? "text" : [new Y14.Type("b")]);
  } else {
    x.insert(random.below(x.length + 1), [new Y14.Type("P")]);
  }
}

const engine14 = {
  name: "@y/y 14",
  knows: (operation) => !commonQuirks.test(operation),
  create(id) {
    const doc = new Y14.Doc();
    doc.clientID = id;
    for (const name of Object.keys(roots)) doc.get(name);
    return doc;
  },
  onUpdate(doc, listener) {
    let v1;
    doc.on("update", (update) => (v1 = update));
    doc.on("updateV2", (v2, _origin, _doc, transaction) => transaction.local && listener([v1, v2]));
  },
  edit: (doc, random) => Y14.transact(doc, () => edit14(doc, random)),
  apply: (doc, update, enc) => (enc === 1 ? Y14.applyUpdate : Y14.applyUpdateV2)(doc, update),
  encode: (doc, enc) => (enc === 1 ? Y14.encodeStateAsUpdate : Y14.encodeStateAsUpdateV2)(doc),
  content: (doc) => ({
    t: { string: delta14(doc.get("t")).map(({ insert }) => (typeof insert === "string" ? insert : "")).join(""), delta: delta14(doc.get("t")) },
    a: { json: doc.get("a").toArray().map(nested14) },
    m: { json: Object.fromEntries([...doc.get("m").attrEntries()].map(([key, value]) => [key, nested14(value)])) },
    x: { xml: xml14(doc.get("x")) },
  }),
};

// ------------------------------------------------------------------ ywasm

const flatWasm = (text) => text.toDelta().map(({ insert }) => (typeof insert === "string" ? insert : "\ufffc")).join("");

function editWasm(doc, random) {
  const nested = () => random.pick([() => new ywasm.YMap({ z: 1 }), () => new ywasm.YArray([1, "x"]), () => new ywasm.YText("inner")])();
  const value = () => (random.chance(0.25) ? nested() : random.pick(plain));
  const [t, a, m, x] = [doc.getText("t"), doc.getArray("a"), doc.getMap("m"), doc.getXmlFragment("x")];
  const dice = random.below(10);
  if (dice < 4) {
    const [from, length] = range(random, flatWasm(t));
    const action = random.below(4);
    if (action === 0) t.delete(from, length);
    else if (action === 1) t.format(from, length, random.pick(someFormats));
    else if (action === 2 && random.chance(0.3)) t.insertEmbed(from, { image: "i" }, {});
    else t.insert(from, random.pick(words), random.chance(0.3) ? { bold: true } : undefined);
  } else if (dice < 6) {
    const length = a.length();
    if (length > 0 && random.chance(0.3)) a.delete(random.below(length), 1);
    else a.insert(random.below(length + 1), random.some(1, 3, value));
  } else if (dice < 8) {
    if (random.chance(0.2)) m.delete(random.pick(keys));
    else m.set(random.pick(keys), value());
  } else if (x.length() > 0 && random.chance(0.5)) {
    const first = x.firstChild();
    if (random.chance(0.3) || !(first instanceof ywasm.YXmlElement)) x.delete(0, 1);
    else if (random.chance(0.5)) first.setAttribute("id", random.pick(["v", "w"]));
    else first.push(new ywasm.YXmlText("text", {}));
  } else {
    x.push(random.chance(0.7) ? new ywasm.YXmlElement("p", { class: "c" }, []) : new ywasm.YXmlText("words", {}));
  }
}

// Element names in lower case and attributes sorted, as Yjs has them.
const plainXml = (xml) => xml.toLowerCase().replace(/<([^\s<>/]+)((?: [^\s=<>]+="[^"]*")+)>/g, (_, name, attributes) =>
  `<${name} ${attributes.match(/[^\s=]+="[^"]*"/g).sort().join(" ")}>`);

const engineWasm = {
  name: "ywasm",
  // Nor bytes, numbers that JSON does not have, and quotes in XML.
  knows: (operation) => !commonQuirks.test(operation) && !/"bytes"|"bigint"|"number"|"undefined"|é\\"</.test(operation),
  create(id) {
    const doc = new ywasm.YDoc({ clientID: id, gc: true });
    doc.getText("t");
    doc.getArray("a");
    doc.getMap("m");
    doc.getXmlFragment("x");
    return doc;
  },
  // Told of every transaction; what came from others is told apart by its origin.
  onUpdate(doc, listener) {
    let v1;
    doc.listeners = [
      doc.onUpdate((update, transaction) => (v1 = transaction.origin === "remote" ? null : update)),
      doc.onUpdateV2((v2) => v1 !== null && listener([v1, v2])),
    ];
  },
  edit: (doc, random) => editWasm(doc, random),
  apply: (doc, update, enc) => (enc === 1 ? ywasm.applyUpdate : ywasm.applyUpdateV2)(doc, update, "remote"),
  encode: (doc, enc) => (enc === 1 ? ywasm.encodeStateAsUpdate : ywasm.encodeStateAsUpdateV2)(doc),
  content: (doc) => ({
    t: { string: doc.getText("t").toString(), delta: doc.getText("t").toDelta().map(({ insert, attributes }) => ({
      insert: toTagged(insert), ...(attributes && Object.keys(attributes).length > 0 ? { attributes: toTagged(attributes) } : {}),
    })) },
    a: { json: toTagged(doc.getArray("a").toJson()) },
    m: { json: toTagged(doc.getMap("m").toJson()) },
    x: { xml: plainXml(doc.getXmlFragment("x").toString()) },
  }),
};

export const engines = [engine14, engineWasm];
