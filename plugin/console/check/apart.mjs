// Devices that cannot reach each other for a while, and what they did meanwhile.
import { join } from "node:path";
import { kDesktop, openConsole } from "./browser.mjs";
import { Cable } from "./cable.mjs";
import { expect, report } from "./report.mjs";

const kBox = "Message to the session";

export async function terminalOfflineAndBack(terminal, page) {
  terminal.type("/disconnect");
  terminal.type("Written in a tunnel.");
  await say(page, "Written meanwhile.");
  await page.locator('#status[data-state="saved"]').waitFor();
  expect((await page.getByText("Written in a tunnel.").count()) === 0, "what is written offline is not there yet");
  terminal.type("/pugi.cloud.resume");
  await page.getByText("Written in a tunnel.").waitFor();
  await terminal.sees(/^web-console \(browser\)> Written meanwhile\.$/m);
  report("what both sides wrote while the terminal was offline is on both");
}

// `other` is a page that stays online.
export async function browserOfflineAndBack(terminal, browser, relayUrl, link, other, out) {
  const cable = await Cable.to(relayUrl);
  try {
    const { page, close } = await openConsole(browser, cable.through(link), kDesktop);
    await page.locator('#status[data-state="saved"]').waitFor();
    cable.cut();
    await page.locator('#status[data-state="offline"]').waitFor();
    await say(page, "Written with no signal.");
    await page.getByText("What you wrote waits in this tab").waitFor();
    await page.screenshot({ path: join(out, "console-offline.png") });
    terminal.type("Written while the browser was away.");
    await other.getByText("Written while the browser was away.").waitFor();
    expect((await other.getByText("Written with no signal.").count()) === 0, "what the browser wrote offline is not there yet");
    expect((await page.getByText("Written while the browser was away.").count()) === 0, "an offline browser hears nothing");
    cable.mend();
    await page.locator('#status[data-state="saved"]').waitFor();
    await page.getByText("Written while the browser was away.").waitFor();
    await other.getByText("Written with no signal.").waitFor();
    await terminal.sees(/^web-console \(browser\)> Written with no signal\.$/m);
    const [mine, theirs] = await Promise.all([page, other].map(messagesOf));
    expect(mine.join("\n") === theirs.join("\n"), `both pages show the same messages in the same order, but: ${mine} / ${theirs}`);
    report("what both sides wrote while the browser was offline is on both, in one order");
    await close();
  } finally {
    await cable.close();
  }
}

// Two devices do the same at once, without knowing of each other.
export async function conflicts(first, second, page, out) {
  // A machine that is busy may be too late for the same moment.
  for (let attempt = 1; ; ++attempt) {
    const path = `src/shared${attempt}.ts`;
    await first.answers("/pugi.cloud.pause", /"state": ?"paused"/);
    for (const terminal of [first, second]) terminal.type(`/edit ${path}`);
    await first.answers("/jobs", new RegExp(`job edit: ${path}`));
    await second.answers("/jobs", new RegExp(`job edit: ${path}`));
    first.type("/pugi.cloud.resume");
    const name = path.slice("src/".length);
    await page.locator("#files > li", { hasText: name }).locator(".conflict").waitFor();
    for (const terminal of [first, second]) await terminal.sees(new RegExp(`cloud-sync:path-conflict: job edit.*both ${path}`));
    const calls = page.locator("#jobs > li", { hasText: name }).locator(".conflict");
    if ((await calls.count()) === 2) break;
    expect(attempt < 5, "two devices made the same call at the same moment");
  }
  for (const terminal of [first, second]) await terminal.sees(/cloud-sync:conflict: job edit/);
  await page.screenshot({ path: join(out, "console-conflicts.png") });
  report("a call made twice and a file changed at once are marked in the console, and told to both terminals");
}

async function say(page, text) {
  await page.getByLabel(kBox).fill(text);
  await page.getByLabel(kBox).press("Enter");
}

async function messagesOf(page) {
  return await page.locator("#messages > li").evaluateAll((items) => items.map((item) => item.innerText));
}
