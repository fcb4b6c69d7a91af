// The conversation. Only what changed is built again, and only the last messages are in the page, so that a long session stays quick.
import * as Y from "yjs";
import { element, hueOf, icon, time } from "./dom.js";
import { prose } from "./prose.js";
import { readMessage, shownMessages } from "./schema.js";

const kPage = 200;
// Messages of one author that follow each other this closely share a heading.
const kGroupMs = 5 * 60 * 1000;
// Nearer than this to the end, the view follows new messages.
const kFollowPixels = 80;

export class MessageList {
  // `known`: whether the session's content has arrived, so that an empty list means an empty session.
  constructor(messages, { list, scroller, empty, earlier, known }) {
    Object.assign(this, { messages, list, scroller, empty, earlier, known });
    this.limit = kPage;
    this.nodes = new WeakMap(); // Y.Map -> { node, key }
    this.stale = new WeakSet(); // messages whose content changed since they were built
    this.scheduled = false;
    this.shown = shownMessages(messages);
    earlier.addEventListener("click", () => {
      this.limit += kPage;
      this.schedule();
    });
    messages.observeDeep((events) => {
      for (const event of events) {
        if (event.target === messages) this.shown = shownMessages(messages);
        const message = this.messageOf(event.target);
        if (message) this.stale.add(message);
      }
      this.schedule();
    });
    this.schedule();
  }

  messageOf(type) {
    while (type && type.parent !== this.messages) type = type.parent;
    return type;
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.render();
    });
  }

  render() {
    const { scroller, list } = this;
    const following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < kFollowPixels;
    const start = Math.max(0, this.shown.length - this.limit);
    let previous = null;
    const nodes = this.shown.slice(start).map((message) => {
      const view = readMessage(message);
      const node = this.nodeFor(message, view, previous);
      previous = view;
      return node;
    });
    reconcile(list, nodes);
    this.empty.hidden = nodes.length > 0 || !this.known();
    this.earlier.hidden = start === 0;
    this.earlier.textContent = `Show earlier messages (${start})`;
    if (following) scroller.scrollTop = scroller.scrollHeight;
  }

  nodeFor(message, view, previous) {
    const continued =
      previous !== null &&
      previous.role === view.role &&
      previous.author === view.author &&
      Math.abs(view.createdAt - previous.createdAt) < kGroupMs;
    const known = message instanceof Y.Map ? this.nodes.get(message) : undefined;
    if (known && known.continued === continued && !this.stale.has(message)) return known.node;
    const node = build(view, continued);
    if (message instanceof Y.Map) {
      this.nodes.set(message, { node, continued });
      this.stale.delete(message);
    }
    return node;
  }
}

// Puts `nodes` into `list` in this order, touching only what is out of place.
function reconcile(list, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}

function build(view, continued) {
  const node = element("li", { class: "message", "data-role": view.role, "data-continued": continued });
  if (!continued) node.append(heading(view));
  const body = element("div", { class: "body" });
  for (const part of view.parts) body.append(partView(part));
  node.append(body);
  return node;
}

function heading(view) {
  const name = view.role === "assistant" ? view.agent || "assistant" : view.author || view.role;
  const avatar = element("span", { class: "avatar", "aria-hidden": "true" }, name.replace(/^.*@/, "").slice(0, 1).toUpperCase());
  avatar.style.setProperty("--hue", hueOf(name));
  const head = element("div", { class: "heading" }, avatar, element("span", { class: "author" }, name));
  if (view.device && view.role !== "assistant") head.append(icon(view.device, `from a ${view.device}`));
  const when = time(view.createdAt);
  if (when) head.append(when);
  return head;
}

function partView(part) {
  if (part.type === "text") return prose(part.text);
  if (part.type === "reasoning") {
    return element("details", { class: "reasoning" }, element("summary", {}, "Reasoning"), prose(part.text));
  }
  const label = part.filename || part.tool || part.type;
  return element("span", { class: "attachment" }, label);
}
