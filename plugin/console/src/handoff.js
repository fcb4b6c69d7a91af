// Turns the one-time token of a handoff link into a link of this tab: the relay gives a session token for it, which opens that session
// and no other until it expires.
import { relayAddress } from "./link.js";

const kReasons = {
  "handoff-expired": "This link has expired. Links are good for a few minutes: ask the terminal for a new one.",
  "handoff-used": "This link was used already. A link opens one device, once: ask the terminal for a new one.",
  "handoff-unknown": "The relay does not know this link. It may have been restarted: ask the terminal for a new one.",
};

export class HandoffError extends Error {}

export async function redeem(link, { location = window.location, fetch = window.fetch.bind(window) } = {}) {
  const origin = relayAddress(link, location).replace(/^ws/, "http").replace(/\/+$/, "");
  let answer;
  try {
    answer = await fetch(`${origin}/api/handoff/redeem`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token: link.handoff }),
    });
  } catch {
    throw new HandoffError("The relay cannot be reached. Open the link again when you are online: it was not used yet.");
  }
  const body = (await answer.json().catch(() => null)) ?? {};
  if (answer.status === 200 && typeof body.document === "string" && typeof body.token === "string") {
    return { doc: body.document, token: body.token, relay: link.relay };
  }
  throw new HandoffError(kReasons[body.error] ?? `The relay did not take this link (${answer.status}). Ask the terminal for a new one.`);
}
