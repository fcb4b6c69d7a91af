// Reads and writes the session document; ../../SCHEMA.md says what each key means. Reading is lenient: another program, or a later
// version, may have left keys out or added some, and whatever is there must still be shown.
import * as Y from "yjs";

export const kSchemaVersion = 1;

export function openRoots(doc) {
  return {
    messages: doc.getArray("messages"),
    fileMutations: doc.getMap("file_mutations"),
    activePersona: doc.getText("active_persona"),
    metadata: doc.getMap("metadata"),
    jobs: doc.getArray("jobs"),
  };
}

// A field of a Y.Map or of a plain object that some peer stored instead of one.
function field(holder, key) {
  if (holder instanceof Y.Map) return holder.get(key);
  return holder !== null && typeof holder === "object" ? holder[key] : undefined;
}

function string(value) {
  if (typeof value === "string") return value;
  return value instanceof Y.Text ? value.toString() : "";
}

function number(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function elements(value) {
  if (value instanceof Y.Array) return value.toArray();
  return Array.isArray(value) ? value : [];
}

export function readMessage(message) {
  const spoken = elements(field(message, "parts")).filter((part) => field(part, "synthetic") !== true);
  const parts = spoken.map((part) => ({
    type: string(field(part, "type")) || "text",
    text: string(field(part, "text")),
    tool: string(field(part, "tool")),
    filename: string(field(part, "filename")),
  }));
  const plain = string(field(message, "text")) || string(field(message, "content"));
  if (parts.length === 0 && plain) parts.push({ type: "text", text: plain, tool: "", filename: "" });
  return {
    id: string(field(message, "id")),
    role: string(field(message, "role")) || "user",
    author: string(field(message, "author")),
    device: string(field(message, "device")),
    agent: string(field(message, "agent")),
    createdAt: number(field(message, "createdAt")),
    parts,
  };
}

// Hosts that joined at the same moment may both have put in what was said before: the first message with an id is shown.
export function shownMessages(messages) {
  const ids = new Set();
  return messages.toArray().filter((message) => isFirst(ids, string(field(message, "id"))));
}

// And a job of the past, which has no content hash, only where no other job has its id, or as the first of those.
export function shownJobs(jobs) {
  const all = jobs.toArray().map((job) => ({ job, id: string(field(job, "id")), past: string(field(job, "contentHash")) === "" }));
  const ids = new Set(all.filter(({ past }) => !past).map(({ id }) => id));
  return all.filter(({ id, past }) => !past || isFirst(ids, id)).map(({ job }) => job);
}

// What has no id is told apart from everything.
function isFirst(ids, id) {
  if (id !== "" && ids.has(id)) return false;
  ids.add(id);
  return true;
}

export function readJob(job) {
  return {
    tool: string(field(job, "tool")) || "tool",
    title: string(field(job, "title")),
    status: string(field(job, "status")) || "completed",
    output: string(field(job, "output")),
    outputTruncated: field(job, "outputTruncated") === true,
    id: string(field(job, "id")),
    author: string(field(job, "author")),
    device: string(field(job, "device")),
    finishedAt: number(field(job, "finishedAt")),
    contentHash: string(field(job, "contentHash")),
    files: elements(field(job, "files")).map((file) => ({
      path: string(field(file, "path")),
      previousCallId: string(field(file, "previousCallId")),
    })),
  };
}

// Newest first.
export function readFileMutations(fileMutations) {
  const records = [];
  fileMutations.forEach((record, path) => {
    records.push({
      path,
      kind: string(field(record, "kind")) || "edit",
      from: string(field(record, "from")),
      author: string(field(record, "author")),
      at: number(field(record, "at")),
    });
  });
  return records.sort((a, b) => b.at - a.at || a.path.localeCompare(b.path));
}

// Two switches at the same moment leave both names in the text, one behind the other; the register in the metadata holds one of them.
export function readPersona(roots) {
  const text = roots.activePersona.toString();
  const register = string(roots.metadata.get("activePersona"));
  return register && text !== register && text.includes(register) ? register : text;
}

export function appendUserMessage(roots, { text, author, device, now = Date.now() }) {
  const id = `msg_${crypto.getRandomValues(new Uint32Array(4)).reduce((hex, n) => hex + n.toString(16).padStart(8, "0"), "")}`;
  const part = new Y.Map([
    ["id", `${id}_0`],
    ["type", "text"],
    ["text", new Y.Text(text)],
  ]);
  const parts = new Y.Array();
  parts.push([part]);
  roots.messages.push([
    new Y.Map([
      ["id", id],
      ["role", "user"],
      ["author", author],
      ["device", device],
      ["createdAt", now],
      ["parts", parts],
    ]),
  ]);
}
