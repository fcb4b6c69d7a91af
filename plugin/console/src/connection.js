// The document, its provider, and one word for how the two stand: what the status chip and the line below the message box show.
import { HocuspocusProvider } from "@hocuspocus/provider";
import * as Y from "yjs";

// The provider's own ceiling is half a minute; a person who looks at the page would rather see it come back soon.
const kReconnectDelayMaxMs = 5000;

// States, from worst to best:
//   refused     the relay does not accept the link; nothing is tried again
//   offline     no connection; edits stay in this tab and are sent later
//   connecting  a connection is being made, or the first content is on its way
//   saving      what was written here is not yet acknowledged
//   saved       the relay has acknowledged everything, which it does when it is on disk
export class Connection {
  constructor({ relay, doc, token }) {
    this.doc = new Y.Doc();
    this.refusal = "";
    this.everSynced = false;
    this.listeners = new Set();
    this.provider = new HocuspocusProvider({
      url: relay,
      name: doc,
      document: this.doc,
      token,
      maxDelay: kReconnectDelayMaxMs,
      onAuthenticationFailed: ({ reason }) => this.refuse(reason),
    });
    this.socketStatus = "connecting";
    this.provider.on("status", ({ status }) => {
      this.socketStatus = status;
      this.changed();
    });
    this.provider.on("synced", () => {
      this.everSynced = true;
      this.changed();
    });
    this.provider.on("unsyncedChanges", () => this.changed());
    this.provider.on("authenticated", () => this.changed());
    this.reconnectWhenLookedAt();
  }

  get state() {
    if (this.refusal) return "refused";
    if (!navigator.onLine && !isLoopback(location.hostname)) return "offline";
    if (this.socketStatus !== "connected") return this.everSynced || this.failedBefore ? "offline" : "connecting";
    if (!this.provider.synced) return "connecting";
    return this.provider.hasUnsyncedChanges ? "saving" : "saved";
  }

  get readOnly() {
    return this.provider.authorizedScope === "readonly";
  }

  // How many edits made here the relay has not acknowledged.
  get waiting() {
    return this.provider.unsyncedChanges;
  }

  get awareness() {
    return this.provider.awareness;
  }

  onChange(listener) {
    this.listeners.add(listener);
    listener();
  }

  changed() {
    if (this.socketStatus === "disconnected") this.failedBefore = true;
    for (const listener of this.listeners) listener();
  }

  refuse(reason) {
    this.refusal = reason || "permission-denied";
    this.provider.disconnect();
    this.changed();
  }

  // A phone that was locked, or a laptop that was closed, has a dead socket and a long wait before the next try.
  reconnectWhenLookedAt() {
    const reconnect = () => {
      if (!this.refusal && document.visibilityState === "visible" && this.socketStatus !== "connected") this.provider.connect();
      this.changed();
    };
    document.addEventListener("visibilitychange", reconnect);
    window.addEventListener("online", reconnect);
    window.addEventListener("offline", () => this.changed());
  }
}

function isLoopback(host) {
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}
