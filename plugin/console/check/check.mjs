// The demo without a person: a session begun in the terminal goes on in the browser and comes back.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { browserOfflineAndBack, conflicts, terminalOfflineAndBack } from "./apart.mjs";
import { kDesktop, kPhone, launchBrowser, openConsole } from "./browser.mjs";
import { expired, handedOn, shortLivedLink } from "./links.mjs";
import { expect, report, reported } from "./report.mjs";
import { Terminal } from "./terminal.mjs";

const { values: options } = parseArgs({
  options: {
    "session-program": { type: "string" },
    relay: { type: "string" },
    "token-file": { type: "string" },
    session: { type: "string", default: "demo" },
    out: { type: "string", default: "." },
  },
});

const kScript = [
  "/title Token refresh in the login flow",
  "/persona build",
  "The session cookie expires while somebody is still typing. Make the login flow refresh it.",
  "/job read src/session/cookie.ts",
  "/write src/session/refresh.ts",
  "/edit src/session/cookie.ts",
  "/reply The cookie is only renewed on navigation. I added `src/session/refresh.ts`, which renews it when less than a minute is left.",
  "Please also cover the case where the renewal itself fails.",
  "/edit tests/session.test.ts",
  "/move src/session/keep_alive.ts src/legacy/keep_alive.ts",
  "/job bash npm test -- session | PASS tests/session.test.ts, 14 passed",
  "/reply Done: a failed renewal keeps the old session until it really ends. The tests cover both.",
];
const kFromBrowser = "I am on the train now. Does it <b>also</b> work offline?";
// Long enough that it is still being written when somebody looks.
const kLongAnswer =
  "While the terminal is offline its edits stay in its document, and in its local store if it has one. When the relay is back the two exchange what the other " +
  "lacks: nothing is asked of you, nothing is overwritten, and both sides see the same messages in the same order. The same holds for this page: what you " +
  "write waits in the tab. If both change one file without knowing of each other, you are told, since that is for a person to decide.";
const kAnswer = "Yes: what is written offline is kept and sent later.";

async function run() {
  const token = (await readFile(options["token-file"], "utf8")).trim();
  const startTerminal = (name) =>
    new Terminal(options["session-program"], [
      "chat", "--relay", options.relay, "--token-file", options["token-file"], "--session", options.session, "--name", name,
    ]);
  const terminal = startTerminal("pugi-cli@laptop");
  let desk;
  let browser;
  try {
    const [, link] = await terminal.sees(/^console (http\S+)$/m);
    const fragment = link.indexOf("#");
    expect(fragment > 0 && !link.slice(0, fragment).includes(token), "the token stands in the fragment of the link alone");
    await terminal.sees(/stored by the relay/);
    for (const line of kScript) terminal.type(line);
    report("the terminal session is connected and has printed the console's link");

    browser = await launchBrowser();
    const desktop = await openConsole(browser, link, kDesktop);
    await terminalWorkIsShown(desktop.page);
    expect(!desktop.page.url().includes(token), "the console takes the token out of the address bar");
    report("the browser shows what was done in the terminal");

    await bothWays(terminal, desktop.page);
    const shortLived = await shortLivedLink(terminal);
    await desktop.page.screenshot({ path: join(options.out, "console.png") });

    await handedOn(terminal, browser, kAnswer, options.out);
    await textAsItIsWritten(terminal, desktop.page);
    await terminalOfflineAndBack(terminal, desktop.page);
    await browserOfflineAndBack(terminal, browser, options.relay, link, desktop.page, options.out);
    desk = startTerminal("pugi-cli@desk");
    await desk.sees(/stored by the relay/);
    await conflicts(terminal, desk, desktop.page, options.out);
    expect((await desk.leave()) === 0, "the second terminal leaves with exit code 0");
    await expired(browser, shortLived, options.out);
    await onPhone(browser, link);
    await desktop.page.reload();
    await desktop.page.getByText(kAnswer).waitFor();
    report("a reload goes on");

    expect(desktop.problems.length === 0, `no errors in the browser, but: ${desktop.problems.join("; ")}`);
    const code = await terminal.leave();
    expect(code === 0, `the terminal leaves with exit code 0, not ${code}: ${terminal.errors}`);
    await desktop.page.getByText("host left").waitFor();
    report("the terminal left with everything stored, and the browser knows");
  } finally {
    terminal.kill();
    desk?.kill();
    await browser?.close();
  }
}

async function terminalWorkIsShown(page) {
  await page.getByText("The tests cover both.").waitFor();
  await page.locator("#persona", { hasText: "build" }).waitFor();
  await page.locator("#title", { hasText: "Token refresh in the login flow" }).waitFor();
  await page.locator("#present", { hasText: "pugi-cli@laptop" }).waitFor();
  expect((await page.locator("#jobs > li").count()) === 6, "each tool call is a job");
  expect((await page.locator("#files > li").count()) === 5, "each touched path is listed");
  expect((await page.locator("#messages > li").count()) === 4, "each turn is a message");
}

async function bothWays(terminal, page) {
  await page.getByLabel("Message to the session").fill(kFromBrowser);
  const sent = performance.now();
  await page.getByLabel("Message to the session").press("Enter");
  await terminal.sees(/^web-console \(browser\)> I am on the train now\. Does it <b>also<\/b> work offline\?$/m);
  report(`the terminal shows what the browser sent, after ${Math.round(performance.now() - sent)} ms`);
  await page.locator("#messages b").waitFor({ state: "detached" });
  await page.locator('#status[data-state="saved"]').waitFor();
  report("the relay has acknowledged the browser's message");

  terminal.type(`/reply ${kAnswer}`);
  await page.getByText(kAnswer).waitFor();
  report("the browser shows the answer");
}

async function textAsItIsWritten(terminal, page) {
  await page.evaluate(() => {
    const list = document.querySelector("#messages");
    const lengths = (globalThis.lengthsSeen = new Set());
    new MutationObserver(() => lengths.add(list.lastElementChild.textContent.length)).observe(list, { subtree: true, childList: true, characterData: true });
  });
  terminal.type(`/reply ${kLongAnswer}`);
  await page.getByText(kLongAnswer.slice(-40)).waitFor();
  const steps = await page.evaluate(() => globalThis.lengthsSeen.size);
  expect(steps > 3, `an answer is shown while it is written, but its text came in ${steps} pieces`);
  report(`an answer of ${kLongAnswer.split(" ").length} words is shown as it is written, in ${steps} steps`);
}

async function onPhone(browser, link) {
  const phone = await openConsole(browser, link, kPhone);
  await phone.page.getByText(kAnswer).waitFor();
  const width = await phone.page.evaluate(() => document.documentElement.scrollWidth);
  expect(width <= kPhone.viewport.width, `nothing is wider than a phone, but the page has ${width} pixels`);
  await phone.page.locator('#status[data-state="saved"]').waitFor();
  await phone.page.screenshot({ path: join(options.out, "console-phone.png") });
  await phone.page.getByRole("button", { name: /Activity/ }).click();
  await phone.page.locator("#files > li").first().waitFor();
  expect(phone.problems.length === 0, `no errors on the phone, but: ${phone.problems.join("; ")}`);
  await phone.close();
  report("the console fits a phone");
}

try {
  await run();
  console.log(`demo: ${reported()} things seen, none missing`);
} catch (error) {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
}
