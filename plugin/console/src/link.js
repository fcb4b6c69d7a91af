// The link that opens the console: #doc=<document name>&token=<token>[&relay=<ws address>].
//
// The token comes in the fragment because a browser never sends that part of an address: not to the server, so not into its logs, and
// not to other sites as a referrer. It is taken out of the address bar at once, so that it stays out of the history, of bookmarks and
// of screenshots, and is kept in the tab's session storage, so that a reload goes on. Closing the tab forgets it.

const kStorageKey = "ypp-console";

export function takeLink(location = window.location, history = window.history, storage = window.sessionStorage) {
  const fromAddress = parseFragment(location.hash);
  if (fromAddress) {
    storage.setItem(kStorageKey, JSON.stringify(fromAddress));
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

export function parseFragment(hash) {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
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
  const match = /^tenant_[0-9a-f]+\/pugi-session-(.+)$/.exec(documentName);
  return match ? match[1] : documentName;
}
