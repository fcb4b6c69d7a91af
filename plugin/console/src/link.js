// The links that open the console: #handoff=<one-time token>[&relay=<ws address>], which is redeemed for the other kind (handoff.js),
// and #doc=<document name>&token=<token>[&relay=<ws address>].
//
// The token comes in the fragment because a browser never sends that part of an address: not to the server, so not into its logs, and
// not to other sites as a referrer. It is taken out of the address bar at once, so that it stays out of the history, of bookmarks and
// of screenshots, and is kept in the tab's session storage, so that a reload goes on. Closing the tab forgets it.

const kStorageKey = "ypp-console";

export function takeLink(location = window.location, history = window.history, storage = window.sessionStorage) {
  const fromAddress = parseFragment(location.hash);
  if (fromAddress) {
    keepLink(fromAddress, storage);
    history.replaceState(null, "", location.pathname + location.search);
    return fromAddress;
  }
  try {
    const kept = JSON.parse(storage.getItem(kStorageKey) ?? "null");
    return isLink(kept) ? kept : null;
  } catch {
    return null;
  }
}

// A one-time token is of no use later.
export function keepLink(link, storage = window.sessionStorage) {
  if (link.handoff === undefined) storage.setItem(kStorageKey, JSON.stringify(link));
}

export function parseFragment(hash) {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  if (fields.get("handoff")) return { handoff: fields.get("handoff"), relay: fields.get("relay") };
  const link = { doc: fields.get("doc"), token: fields.get("token"), relay: fields.get("relay") };
  return isLink(link) ? link : null;
}

function isLink(link) {
  return typeof link?.doc === "string" && link.doc !== "" && typeof link.token === "string";
}

// The relay serves this page and the session on the same port, so its address is ours unless the link says otherwise.
export function relayAddress(link, location = window.location) {
  if (link.relay && /^wss?:\/\//.test(link.relay)) return link.relay;
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}`;
}

// "tenant_<hash>/pugi-session-<id>" -> "<id>"; any other name as it is.
export function sessionId(documentName) {
  const match = /^tenant_[^/]+\/pugi-session-(.+)$/.exec(documentName);
  return match ? match[1] : documentName;
}
