// Edits as fixtures write them, carried out on a Yjs document.
import * as Y from "yjs";
import { deltaFromTagged, fromTagged } from "./tagged_json.mjs";

export function openRoot(doc, name, kind) {
  switch (kind) {
    case "text": return doc.getText(name);
    case "array": return doc.getArray(name);
    case "map": return doc.getMap(name);
    case "xml": return doc.getXmlFragment(name);
    case "xmlelement": return doc.get(name, Y.XmlElement);
    case "xmltext": return doc.get(name, Y.XmlText);
    default: throw new Error(`unknown kind ${kind}`);
  }
}

// A root's name, then map keys and indices.
export function resolvePath(doc, roots, [root, ...steps]) {
  let type = openRoot(doc, root, roots[root]);
  for (const step of steps) type = type.get(step);
  return type;
}

const values = (operation) => operation.v.map(fromTagged);
const attributes = (operation) => (operation.a === undefined ? undefined : fromTagged(operation.a));

const actions = {
  "t.ins": (text, op) => text.insert(op.i, op.s, attributes(op)),
  "t.del": (text, op) => text.delete(op.i, op.n),
  "t.fmt": (text, op) => text.format(op.i, op.n, attributes(op)),
  "t.emb": (text, op) => text.insertEmbed(op.i, fromTagged(op.v), attributes(op)),
  "t.delta": (text, op) => text.applyDelta(deltaFromTagged(op.d), { sanitize: op.sanitize ?? true }),
  "t.attr": (text, op) => text.setAttribute(op.k, fromTagged(op.v)),
  "t.rmattr": (text, op) => text.removeAttribute(op.k),
  "a.ins": (array, op) => array.insert(op.i, values(op)),
  "a.push": (array, op) => array.push(values(op)),
  "a.unshift": (array, op) => array.unshift(values(op)),
  "a.del": (array, op) => array.delete(op.i, op.n),
  "m.set": (map, op) => map.set(op.k, fromTagged(op.v)),
  "m.del": (map, op) => map.delete(op.k),
  "m.clear": (map) => map.clear(),
  "x.ins": (xml, op) => xml.insert(op.i, values(op)),
  "x.insAfter": (xml, op) => xml.insertAfter(op.r === null ? null : xml.get(op.r), values(op)),
  "x.del": (xml, op) => xml.delete(op.i, op.n),
  "x.attr": (xml, op) => xml.setAttribute(op.k, fromTagged(op.v)),
  "x.rmattr": (xml, op) => xml.removeAttribute(op.k),
  "d.load": (doc) => doc.load(),
  "d.destroy": (doc) => doc.destroy(),
};

export function applyOperation(doc, roots, operation) {
  actions[operation.o](resolvePath(doc, roots, operation.p), operation);
}
