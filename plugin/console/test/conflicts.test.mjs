import assert from "node:assert/strict";
import test from "node:test";
import { readConflicts } from "../src/conflicts.js";

const job = (id, author, more) => ({ id, author, device: "terminal", tool: "edit", finishedAt: 1000, ...more });

test("one call made twice by two devices within 100 ms is a conflict", () => {
  const call = { contentHash: "h" };
  const { calls } = readConflicts([job("1", "a", call), job("2", "b", { ...call, finishedAt: 1100 }), job("3", "c", { ...call, finishedAt: 1201 })]);
  assert.deepEqual([...calls], ["1", "2"]);
  assert.equal(readConflicts([job("1", "a", call), job("2", "a", call)]).calls.size, 0);
});

test("two changes of one path after the same call are a conflict", () => {
  const change = (previousCallId) => ({ files: [{ path: "x.c", kind: "edit", previousCallId }] });
  const { paths } = readConflicts([job("1", "a", change("0")), job("2", "b", change("0")), job("3", "c", change("2"))]);
  assert.deepEqual([...paths].map(([path, authors]) => [path, [...authors]]), [["x.c", ["a", "b"]]]);
});
