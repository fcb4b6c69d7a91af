// Tagged JSON, the way in which fixtures write values that JSON does not have.
import * as Y from "yjs";

export function kindOf(type) {
  if (type instanceof Y.XmlText) return "xmltext";
  if (type instanceof Y.Text) return "text";
  if (type instanceof Y.XmlHook) return "xmlhook";
  if (type instanceof Y.Map) return "map";
  if (type instanceof Y.Array) return "array";
  if (type instanceof Y.XmlElement) return "xmlelement";
  return "xmlfragment";
}

// With `shallow`, shared types are shown by their kind alone, as events do.
export function toTagged(value, shallow = false) {
  if (value === undefined) return { $: "undefined" };
  if (typeof value === "bigint") return { $: "bigint", v: String(value) };
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { $: "number", v: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (value instanceof Uint8Array) return { $: "bytes", v: Buffer.from(value).toString("base64") };
  if (value instanceof Y.Doc) return { $: "doc", guid: value.guid };
  if (value instanceof Y.AbstractType) {
    const shown = { $: "type", kind: kindOf(value) };
    return shallow ? shown : { ...shown, json: toTagged(value.toJSON()) };
  }
  if (Array.isArray(value)) return value.map((element) => toTagged(element, shallow));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toTagged(member, shallow)]));
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
    case "doc": return new Y.Doc({ guid: tagged.guid, ...fromTagged(tagged.opts ?? {}) });
    case "type": return newType(tagged);
    default: throw new Error(`unknown tag ${tagged.$}`);
  }
}

export const deltaFromTagged = (delta) =>
  delta.map((step) => Object.fromEntries(Object.entries(step).map(([key, member]) => [key, fromTagged(member)])));

export const deltaToTagged = (delta, shallow = false) =>
  delta.map((step) => Object.fromEntries(
    Object.entries(step).filter(([, member]) => member !== undefined).map(([key, member]) => [key, toTagged(member, shallow)])));

function newText(type, init) {
  if (Array.isArray(init)) type.applyDelta(deltaFromTagged(init));
  else if (init) type.insert(0, init);
  return type;
}

function newType({ kind, init, name, attrs }) {
  const members = () => (init ?? []).map(([key, value]) => [key, fromTagged(value)]);
  const children = () => (init ?? []).map(fromTagged);
  switch (kind) {
    case "text": return newText(new Y.Text(), init);
    case "xmltext": return newText(new Y.XmlText(), init);
    case "array": return Y.Array.from(children());
    case "map": return new Y.Map(members());
    case "xmlhook": {
      const hook = new Y.XmlHook(name);
      for (const [key, value] of members()) hook.set(key, value);
      return hook;
    }
    case "xmlelement":
    case "xmlfragment": {
      const type = kind === "xmlelement" ? new Y.XmlElement(name) : new Y.XmlFragment();
      for (const [key, value] of attrs ?? []) type.setAttribute(key, fromTagged(value));
      if (init?.length) type.insert(0, children());
      return type;
    }
    default: throw new Error(`unknown kind ${kind}`);
  }
}

// JSON with sorted keys, to compare by.
export function canonical(value) {
  return JSON.stringify(value, (_, member) =>
    member !== null && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member);
}
