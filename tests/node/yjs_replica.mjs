// A client of a session in Yjs: does each step that ypp-peer does, and answers in the same form.
import * as Y from "yjs";
import { applyOperation, openRoot, resolvePath } from "./operations.mjs";
import { deltaToTagged, kindOf, toTagged } from "./tagged_json.mjs";

export const base64 = (bytes) => Buffer.from(bytes).toString("base64");
export const fromBase64 = (text) => new Uint8Array(Buffer.from(text, "base64"));

function eventJson(root, event) {
  const shown = { root, path: event.path.slice(), target: kindOf(event.target) };
  const { delta, keys } = event.changes;
  if (delta.length > 0) shown.delta = deltaToTagged(delta, true);
  if (keys.size > 0) {
    shown.keys = Object.fromEntries([...keys].map(([key, { action, oldValue }]) => [key, { action, oldValue: toTagged(oldValue, true) }]));
  }
  return shown;
}

const guids = (documents) => [...documents].map(({ guid }) => guid).sort();

function rootContent(doc, name, kind) {
  const type = openRoot(doc, name, kind);
  if (kind === "array") return { kind, length: type.length, json: toTagged(type.toJSON()) };
  if (kind === "map") return { kind, size: type.size, json: toTagged(type.toJSON()) };
  if (kind === "xml" || kind === "xmlelement") return { kind, length: type.length, xml: type.toString() };
  const content = { kind, length: type.length, delta: deltaToTagged(type.toDelta()) };
  content[kind === "text" ? "string" : "xml"] = type.toString();
  const attributes = type.getAttributes();
  if (Object.keys(attributes).length > 0) content.attributes = toTagged(attributes);
  return content;
}

export const contentOf = (doc, roots) =>
  Object.fromEntries(Object.entries(roots).map(([name, kind]) => [name, rootContent(doc, name, kind)]));

// As fixtures show the values of an array at a snapshot.
function snapshotValue(value) {
  if (value instanceof Y.AbstractType || value instanceof Y.Doc) return "$type";
  if (typeof value === "bigint") return "$bigint";
  if (value === undefined) return "$undefined";
  if (value instanceof Uint8Array) return "$bytes";
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0) ? value : "$number";
  return value !== null && typeof value === "object" ? "$obj" : value;
}

export class YjsReplica {
  // {id, gc, events, subdocEvents, undo}: as in fixtures.
  constructor({ id, gc, events, subdocEvents, undo }, roots) {
    this.roots = roots;
    this.doc = new Y.Doc({ gc, guid: `guid-${id}` });
    this.doc.clientID = id;
    this.log = { emits: [], events: [] };
    this.snapshots = new Map();
    const types = Object.entries(roots).map(([name, kind]) => [name, openRoot(this.doc, name, kind)]);
    this.doc.on("update", (update, origin) => this.log.emits.push({ v1: base64(update), remote: origin === "remote" }));
    this.doc.on("updateV2", (update) => (this.log.emits.at(-1).v2 = base64(update)));
    if (subdocEvents) {
      this.doc.on("subdocs", ({ added, removed, loaded }) =>
        this.log.events.push({ subdocs: { added: guids(added), removed: guids(removed), loaded: guids(loaded) } }));
    }
    if (events) {
      for (const [name, type] of types) {
        type.observeDeep((all) => this.log.events.push(...all.map((event) => eventJson(name, event))));
      }
    }
    if (undo) {
      const { scope, trackedOrigins, ...options } = undo;
      if (trackedOrigins) options.trackedOrigins = new Set(trackedOrigins);
      this.undo = new Y.UndoManager(scope.map((name) => openRoot(this.doc, name, roots[name])), options);
    }
  }

  #taken() {
    return Object.fromEntries(Object.entries(this.log).map(([name, list]) => [name, list.splice(0)]));
  }

  // `next` gives one operation after the other, each for the document that the ones before made.
  edit(origin, count, next) {
    const operations = [];
    this.doc.transact(() => {
      for (; count > 0; count--) {
        const operation = next(this.doc);
        applyOperation(this.doc, this.roots, operation);
        operations.push(operation);
      }
    }, origin);
    return { operations, ...this.#taken() };
  }

  apply(update, enc) {
    (enc === 1 ? Y.applyUpdate : Y.applyUpdateV2)(this.doc, fromBase64(update), "remote");
    return this.#taken();
  }

  diff(vector, enc) {
    return base64((enc === 1 ? Y.encodeStateAsUpdate : Y.encodeStateAsUpdateV2)(this.doc, fromBase64(vector)));
  }

  um(action) {
    const done = {};
    if (action === "undo" || action === "redo") done.ret = this.undo[action]() !== null;
    else if (action === "stop") this.undo.stopCapturing();
    else this.undo.clear();
    done.stacks = [this.undo.undoStack.length, this.undo.redoStack.length];
    return { ...done, ...this.#taken() };
  }

  snapshot(number) {
    const snapshot = Y.snapshot(this.doc);
    this.snapshots.set(number, snapshot);
    return { snap: [base64(Y.encodeSnapshot(snapshot)), base64(Y.encodeSnapshotV2(snapshot))] };
  }

  // What a snapshot shows: the document made from it (of one that keeps deleted content), text deltas, arrays.
  look(number, previous) {
    const snapshot = this.snapshots.get(number);
    const before = previous === null ? undefined : this.snapshots.get(previous);
    const shown = { restored: contentOf(Y.createDocFromSnapshot(this.doc, snapshot), this.roots), deltas: {}, arrays: {} };
    for (const [name, kind] of Object.entries(this.roots)) {
      const type = openRoot(this.doc, name, kind);
      if (kind === "text") shown.deltas[name] = deltaToTagged(type.toDelta(snapshot, before));
      if (kind === "array") shown.arrays[name] = Y.typeListToArraySnapshot(type, snapshot).map(snapshotValue);
    }
    return { ...shown, ...this.#taken() };
  }

  relpos(places) {
    const relposOut = places.map(({ p, i, assoc }) => {
      const position = Y.createRelativePositionFromTypeIndex(resolvePath(this.doc, this.roots, p), i, assoc);
      return { bytes: base64(Y.encodeRelativePosition(position)), json: JSON.parse(JSON.stringify(Y.relativePositionToJSON(position))) };
    });
    return { relposOut };
  }

  resolve(positions) {
    const resolved = positions.map((bytes) => {
      const absolute = Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(fromBase64(bytes)), this.doc);
      if (absolute === null) return null;
      const { index, assoc, type } = absolute;
      const item = type._item;
      return { index, assoc, type: item === null ? { root: Y.findRootTypeKey(type) } : { item: [item.id.client, item.id.clock] } };
    });
    return { resolved };
  }

  state() {
    return {
      sv: base64(Y.encodeStateVector(this.doc)),
      v1: base64(Y.encodeStateAsUpdate(this.doc)),
      v2: base64(Y.encodeStateAsUpdateV2(this.doc)),
      snapV1: base64(Y.encodeSnapshot(Y.snapshot(this.doc))),
      snapV2: base64(Y.encodeSnapshotV2(Y.snapshot(this.doc))),
      roots: contentOf(this.doc, this.roots),
      ...this.#taken(),
    };
  }
}
