// What two devices did at the same time, read from the jobs alone; ../../SCHEMA.md, "jobs".
import { readJob } from "./schema.js";

const kSameCallWindowMs = 100;
// Of one call or path, the last so many are compared.
const kMaxCompared = 16;

// {calls: Set of ids of jobs that another device made too, paths: Map from a path to the authors that changed it at once}
export function readConflicts(jobs) {
  const calls = new Set();
  const paths = new Map();
  const byHash = new Map();
  const byChange = new Map();
  const others = (known, key, job) => {
    const seen = known.get(key) ?? [];
    const found = seen.filter((other) => other.id !== job.id && deviceOf(other) !== deviceOf(job));
    known.set(key, [...seen.slice(1 - kMaxCompared), job]);
    return found;
  };
  for (const value of jobs) {
    const job = readJob(value);
    if (job.contentHash !== "") {
      for (const other of others(byHash, job.contentHash, job)) {
        if (Math.abs(other.finishedAt - job.finishedAt) <= kSameCallWindowMs) calls.add(other.id).add(job.id);
      }
    }
    for (const { path, previousCallId } of job.files) {
      for (const other of others(byChange, JSON.stringify([path, previousCallId]), job)) {
        paths.set(path, new Set([...(paths.get(path) ?? []), other.author, job.author]));
      }
    }
  }
  return { calls, paths };
}

const deviceOf = (job) => `${job.author}\n${job.device}`;
