// Jobs and file mutations: what the agent did.
import { readConflicts } from "./conflicts.js";
import { element, icon, time } from "./dom.js";
import { readFileMutations, readJob, shownJobs } from "./schema.js";

// More would only be scrolled past; the document has them all.
const kJobsShown = 100;
const kFilesShown = 200;

const kStatusLabels = { completed: "done", error: "failed", running: "running" };
const kStatusIcons = { completed: "done", error: "failed", running: "running" };
const kKindLabels = { create: "new", write: "written", edit: "edited", patch: "patched", delete: "deleted", move: "moved" };

export function showJobs(jobs, { list, empty, count }) {
  const render = () => {
    const shown = shownJobs(jobs);
    const { calls } = readConflicts(jobs);
    list.replaceChildren(...shown.slice(-kJobsShown).reverse().map(readJob).map((job) => jobView(job, calls.has(job.id))));
    empty.hidden = shown.length > 0;
    count.textContent = shown.length > 0 ? String(shown.length) : "";
  };
  jobs.observeDeep(batched(render));
  render();
}

function conflict(text) {
  return element("span", { class: "conflict", title: text }, "conflict");
}

function jobView(job, twice) {
  const status = kStatusLabels[job.status] ?? job.status;
  const head = [
    icon(kStatusIcons[job.status] ?? "unknown", status),
    element("span", { class: "tool" }, job.tool),
    element("span", { class: "job-title", title: job.title }, job.title),
    twice ? conflict("Another device ran the same call at the same moment") : null,
    time(job.finishedAt),
  ];
  if (!job.output) return element("li", { "data-status": job.status }, element("div", { class: "row" }, ...head.filter(Boolean)));
  const output = element("pre", { tabindex: 0, "aria-label": `Output of ${job.tool}` }, job.output);
  const more = job.outputTruncated ? element("p", { class: "hint" }, "The rest of the output stayed on the machine that ran it.") : null;
  return element(
    "li",
    { "data-status": job.status },
    element("details", {}, element("summary", { class: "row" }, ...head.filter(Boolean)), output, more),
  );
}

export function showFiles(fileMutations, jobs, { list, empty, count }) {
  const render = () => {
    const records = readFileMutations(fileMutations);
    const { paths } = readConflicts(jobs);
    list.replaceChildren(...records.slice(0, kFilesShown).map((record) => fileView(record, paths.get(record.path))));
    empty.hidden = records.length > 0;
    count.textContent = records.length > 0 ? String(records.length) : "";
  };
  const schedule = batched(render);
  fileMutations.observeDeep(schedule);
  jobs.observeDeep(schedule);
  render();
}

function fileView(record, authors) {
  const cut = record.path.lastIndexOf("/") + 1;
  const path = element(
    "span",
    { class: "path", title: record.from ? `${record.from} → ${record.path}` : record.path },
    element("span", { class: "directory" }, element("bdi", {}, record.path.slice(0, cut))),
    element("span", { class: "file" }, record.path.slice(cut)),
  );
  return element(
    "li",
    { class: "row" },
    element("span", { class: "kind", "data-kind": record.kind }, kKindLabels[record.kind] ?? record.kind),
    path,
    authors ? conflict(`Changed at once, without knowing of each other, by ${[...authors].join(" and ")}`) : null,
    time(record.at),
  );
}

// Many changes between two frames are shown once.
function batched(render) {
  let scheduled = false;
  return () => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      render();
    });
  };
}
