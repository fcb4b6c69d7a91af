import { showFiles, showJobs } from "./activity.js";
import { Connection } from "./connection.js";
import { byId } from "./dom.js";
import { HandoffError, redeem } from "./handoff.js";
import { keepLink, parseFragment, relayAddress, sessionId, takeLink } from "./link.js";
import { MessageList } from "./messages.js";
import { isHostPresent, ownIdentity, showPresence } from "./presence.js";
import { appendUserMessage, kSchemaVersion, openRoots, readPersona, shownJobs } from "./schema.js";

const kStatusText = { refused: "Refused", offline: "Offline", connecting: "Connecting", saving: "Saving", saved: "Saved" };

const link = takeLink();
if (link?.handoff) {
  redeem(link).then(
    (redeemed) => {
      keepLink(redeemed);
      start(redeemed);
    },
    (error) => explain("This link does not open a session", error instanceof HandoffError ? error.message : String(error)),
  );
} else if (link) {
  start(link);
} else {
  explainMissingLink();
}
// Another link pasted into the address bar changes the fragment alone, which loads nothing by itself.
window.addEventListener("hashchange", () => {
  if (parseFragment(location.hash)) location.reload();
});

function start(link) {
  const connection = new Connection({ relay: relayAddress(link), doc: link.doc, token: link.token });
  const roots = openRoots(connection.doc);
  const identity = ownIdentity();

  const messageList = new MessageList(roots.messages, {
    list: byId("messages"),
    scroller: byId("scroller"),
    empty: byId("empty"),
    earlier: byId("earlier"),
    known: () => connection.everSynced,
  });
  connection.onChange(() => messageList.schedule());
  showJobs(roots.jobs, { list: byId("jobs"), empty: byId("jobs-empty"), count: byId("jobs-count") });
  showFiles(roots.fileMutations, roots.jobs, { list: byId("files"), empty: byId("files-empty"), count: byId("files-count") });
  showPresence(connection.awareness, identity, { list: byId("present"), count: byId("present-count") });
  showTitleAndPersona(roots, connection.awareness, sessionId(link.doc));
  showStatus(connection, roots);
  showTabs(roots);
  composer((text) => connection.doc.transact(() => appendUserMessage(roots, { text, author: identity.name, device: identity.device })));

  // What the relay has not acknowledged lives in this tab alone.
  window.addEventListener("beforeunload", (event) => {
    if (connection.waiting > 0 && connection.everSynced && connection.state !== "refused") event.preventDefault();
  });
}

function showTitleAndPersona(roots, awareness, session) {
  const render = () => {
    const title = roots.metadata.get("title");
    byId("title").textContent = typeof title === "string" && title !== "" ? title : "Session";
    // The agent runs on the host: without it nobody answers. The last one that left need not have been the only one.
    const left = roots.metadata.get("hostState") === "left" && !isHostPresent(awareness) ? " · host left" : "";
    byId("subtitle").textContent = session + left;
    document.title = `${session} · session console`;
    const persona = readPersona(roots);
    byId("persona").hidden = persona === "";
    byId("persona").textContent = persona;
    byId("persona").title = "Active persona";
  };
  roots.metadata.observe(render);
  roots.activePersona.observe(render);
  awareness.on("change", render);
  render();
}

function showStatus(connection, roots) {
  const render = () => {
    const state = connection.state;
    byId("status").dataset.state = state;
    byId("status-text").textContent = kStatusText[state];
    byId("durability").textContent = connection.readOnly ? "This link may read only." : durability(connection, state);
    const canWrite = state !== "refused" && !connection.readOnly;
    byId("draft").disabled = !canWrite;
    byId("composer").classList.toggle("disabled", !canWrite);
    banner(bannerText(connection, roots));
  };
  connection.onChange(render);
  roots.metadata.observe(render);
}

function durability(connection, state) {
  if (state === "saved") return "Everything is stored by the relay.";
  if (state === "saving") return "On the way to the relay…";
  if (state === "offline" && connection.waiting > 0) return "What you wrote waits in this tab: keep it open.";
  if (state === "offline") return "What you write is sent once the relay can be reached.";
  return "";
}

function bannerText(connection, roots) {
  if (connection.refusal) {
    return refusalText(connection.refusal);
  }
  const version = roots.metadata.get("schemaVersion");
  if (typeof version === "number" && version > kSchemaVersion) {
    return "This session was written by a newer version. Some of it may not be shown here.";
  }
  return "";
}

function refusalText(reason) {
  if (reason === "token-expired") return "Your access has expired. Ask the terminal for a new link (pugi.cloud.handoff).";
  if (reason.startsWith("tier-")) return `The relay does not sync this session: ${reason.replace(/^[a-z-]+: /, "")}.`;
  return `The relay refused this link (${reason}). Ask the terminal for a new one.`;
}

function banner(text) {
  byId("banner").textContent = text;
  byId("banner").hidden = text === "";
}

// On a narrow screen one view is shown at a time; the number says that something happened in the other.
function showTabs(roots) {
  const main = document.querySelector("main");
  const tabs = { messages: byId("tab-messages"), activity: byId("tab-activity") };
  const select = (view) => {
    main.dataset.view = view;
    for (const [name, tab] of Object.entries(tabs)) tab.setAttribute("aria-pressed", String(name === view));
  };
  for (const [name, tab] of Object.entries(tabs)) tab.addEventListener("click", () => select(name));
  const count = () => {
    const total = shownJobs(roots.jobs).length + roots.fileMutations.size;
    byId("activity-count").textContent = total > 0 ? String(total) : "";
  };
  roots.jobs.observe(count);
  roots.fileMutations.observe(count);
  count();
}

function composer(send) {
  const draft = byId("draft");
  const button = byId("send");
  const grow = () => {
    draft.style.setProperty("height", "auto");
    draft.style.setProperty("height", `${draft.scrollHeight}px`);
    button.disabled = draft.value.trim() === "";
  };
  const submit = () => {
    const text = draft.value.trim();
    if (text === "" || draft.disabled) return;
    send(text);
    draft.value = "";
    grow();
    byId("scroller").scrollTop = byId("scroller").scrollHeight;
  };
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  draft.addEventListener("keydown", (event) => {
    // Enter that ends a composition of an input method is not meant for us.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  draft.addEventListener("input", grow);
  grow();
}

function explainMissingLink() {
  explain(
    "Open a session's link",
    "ypp-session chat prints a link when it starts, and pugi.cloud.handoff gives one. Open it: it names the session and carries the key to it.",
  );
}

function explain(title, text) {
  byId("status").dataset.state = "refused";
  byId("status-text").textContent = "No session";
  byId("composer").hidden = true;
  byId("empty").hidden = false;
  byId("empty").querySelector(".empty-title").textContent = title;
  byId("empty").querySelector("p:last-child").textContent = text;
}
