// Links that hand a session on: good for one device, once, and not for long.
import { join } from "node:path";
import { kPhone, openConsole } from "./browser.mjs";
import { expect, report } from "./report.mjs";

const kShortestTtlMs = 10_000;
const kUrl = /"url": ?"(http[^"]+#handoff=[^"]+)"/;

export async function shortLivedLink(terminal) {
  const [, link] = await terminal.answers(`/pugi.cloud.handoff {"ttlMs": ${kShortestTtlMs}}`, kUrl);
  return { link, expiresAt: Date.now() + kShortestTtlMs };
}

// A link for one device, once. `text` is in the session.
export async function handedOn(terminal, browser, text, out) {
  const [, link] = await terminal.answers("/pugi.cloud.handoff", kUrl);
  const clicked = performance.now();
  const first = await openConsole(browser, link, kPhone);
  await first.page.getByText(text).waitFor();
  report(`a handoff's link shows the session ${Math.round(performance.now() - clicked)} ms after the click`);
  await first.page.reload();
  await first.page.getByText(text).waitFor();
  expect(first.problems.length === 0, `no errors after the handoff, but: ${first.problems.join("; ")}`);
  await first.close();
  await explains(browser, link, "This link was used already", join(out, "console-handoff-used.png"));
  report("the same link is explained to whoever opens it again");
}

export async function expired(browser, { link, expiresAt }, out) {
  await new Promise((resolve) => setTimeout(resolve, expiresAt - Date.now() + 100));
  await explains(browser, link, "This link has expired", join(out, "console-handoff-expired.png"));
  report("a link that has expired is explained");
}

async function explains(browser, link, words, picture) {
  const console = await openConsole(browser, link, kPhone);
  await console.page.getByText(words).waitFor();
  expect(!(await console.page.getByLabel("Message to the session").isVisible()), "there is no message box without a session");
  expect(!console.page.url().includes("handoff="), "a link that does not work is out of the address bar too");
  await console.page.screenshot({ path: picture });
  await console.close();
}
