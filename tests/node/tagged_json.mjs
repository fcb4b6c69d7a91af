// Tagged JSON, the way in which fixtures write values that JSON does not have, and edits written as fixtures write them.
import * as Y from "yjs";

export function toTagged(value) {
  if (value === undefined) return { $: "undefined" };
  if (typeof value === "bigint") return { $: "bigint", v: String(value) };
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { $: "number", v: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (value instanceof Uint8Array) return { $: "bytes", v: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(toTagged);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toTagged(member)]));
}

export function fromTagged(tagged) {
  if (Array.isArray(tagged)) return tagged.map(fromTagged);
  if (tagged === null || typeof tagged !== "object") return tagged;
  switch (tagged.$) {
    case undefined:
      return Object.fromEntries(Object.entries(tagged).map(([key, member]) => [key, fromTagged(member)]));
    case "undefined": return undefined;
    case "bigint": return BigInt(tagged.v);
    case "number": return Number(tagged.v);
    case "bytes": return new Uint8Array(Buffer.from(tagged.v, "base64"));
    case "type": return newType(tagged);
    default: throw new Error(`unknown tag ${tagged.$}`);
  }
}

function newType({ kind, init }) {
  switch (kind) {
    case "text": return new Y.Text(init);
    case "array": return Y.Array.from((init ?? []).map(fromTagged));
    case "map": return new Y.Map((init ?? []).map(([key, value]) => [key, fromTagged(value)]));
    default: throw new Error(`unknown kind ${kind}`);
  }
}

export function openRoot(doc, name, kind) {
  switch (kind) {
    case "text": return doc.getText(name);
    case "array": return doc.getArray(name);
    case "map": return doc.getMap(name);
    default: throw new Error(`unknown kind ${kind}`);
  }
}

export function applyOperation(doc, roots, operation) {
  const [root, ...steps] = operation.p;
  let type = openRoot(doc, root, roots[root]);
  for (const step of steps) type = type.get(step);
  switch (operation.o) {
    case "t.ins": return type.insert(operation.i, operation.s);
    case "t.del": return type.delete(operation.i, operation.n);
    case "a.ins": return type.insert(operation.i, operation.v.map(fromTagged));
    case "a.push": return type.push(operation.v.map(fromTagged));
    case "a.del": return type.delete(operation.i, operation.n);
    case "m.set": return type.set(operation.k, fromTagged(operation.v));
    case "m.del": return type.delete(operation.k);
    case "m.clear": return type.clear();
    default: throw new Error(`unknown operation ${operation.o}`);
  }
}

// JSON with sorted keys, to compare by.
export function canonical(value) {
  return JSON.stringify(value, (_, member) =>
    member !== null && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member);
}
