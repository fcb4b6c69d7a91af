// Builds elements. Content always becomes a text node, so nothing that a peer wrote can turn into markup.

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export const byId = (id) => document.getElementById(id);

const kIcons = {
  terminal: "M4 17l5-5-5-5M11 18h9",
  browser: "M3 6h18v12H3zM3 10h18",
  phone: "M8 3h8v18H8zM11 18h2",
  done: "M5 12.5l4.5 4.5L19 7.5",
  failed: "M7 7l10 10M17 7L7 17",
  running: "M12 5a7 7 0 1 0 7 7",
  unknown: "M12 12h.01",
};

export function icon(name, label) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name in kIcons ? name : "unknown"}`);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", kIcons[name] ?? kIcons.unknown);
  svg.append(path);
  return svg;
}

const kTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const kDateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function time(milliseconds) {
  if (!milliseconds) return null;
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return null;
  const today = date.toDateString() === new Date().toDateString();
  const node = element("time", { datetime: date.toISOString(), title: kDateTime.format(date) });
  node.textContent = today ? kTime.format(date) : kDateTime.format(date);
  return node;
}

// White letters can be read on all of these.
const kHues = [222, 292, 18, 326, 200, 352, 250];

// One colour for a name, the same on every screen. The hash is FNV-1a.
export function hueOf(name) {
  let hash = 2166136261;
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0), 16777619);
  return kHues[((hash ^ (hash >>> 15)) >>> 0) % kHues.length];
}
