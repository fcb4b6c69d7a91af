// Jobs and file mutations: what the agent did.
import { element, icon, time } from "./dom.js";
import { readFileMutations, readJob } from "./schema.js";

// More would only be scrolled past; the document has them all.
const kJobsShown = 100;
const kFilesShown = 200;

const kStatusLabels = { completed: "done", error: "failed", running: "running" };
const kStatusIcons = { completed: "done", error: "failed", running: "running" };
const kKindLabels = { create: "new", write: "written", edit: "edited", patch: "patched", delete: "deleted", move: "moved" };

export function showJobs(jobs, { list, empty, count }) {
  const render = () => {
    const shown = jobs.slice(Math.max(0, jobs.length - kJobsShown)).reverse().map(readJob);
    list.replaceChildren(...shown.map(jobView));
    empty.hidden = jobs.length > 0;
    count.textContent = jobs.length > 0 ? String(jobs.length) : "";
  };
  jobs.observeDeep(batched(render));
  render();
}

function jobView(job) {
  const status = kStatusLabels[job.status] ?? job.status;
  const head = [
    icon(kStatusIcons[job.status] ?? "unknown", status),
    element("span", { class: "tool" }, job.tool),
    element("span", { class: "job-title", title: job.title }, job.title),
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

export function showFiles(fileMutations, { list, empty, count }) {
  const render = () => {
    const records = readFileMutations(fileMutations);
    list.replaceChildren(...records.slice(0, kFilesShown).map(fileView));
    empty.hidden = records.length > 0;
    count.textContent = records.length > 0 ? String(records.length) : "";
  };
  fileMutations.observeDeep(batched(render));
  render();
}

function fileView(record) {
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
