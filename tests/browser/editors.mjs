// Pages with an editor each, in one headless Chromium: served, opened, typed into, compared.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { launchBrowser } from "../../plugin/console/check/browser.mjs";
import { sleep } from "../node/relay_process.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const pictures = process.env.YPP_OUT_DIR ?? join(here, "../../build/browser");
const kColors = { Ada: "#b3261e", Ben: "#1b5e9e", Cem: "#2e7d32" };
const kKeyMs = 15; // between two keys: fast typing, and many of them cross on the way
const kLongestWaitMs = 20_000; // no working relay needs it, a busy machine may

export class Editors {
  people = new Map();

  static async open() {
    const editors = new Editors();
    const bundle = await build({
      absWorkingDir: here, entryPoints: ["editor_page.mjs"], bundle: true, format: "esm", write: false, logLevel: "warning",
    });
    const html = await readFile(join(here, "editor_page.html"));
    editors.server = createServer((request, response) => {
      const isScript = request.url === "/editor_page.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? bundle.outputFiles[0].contents : html);
    });
    await mkdir(pictures, { recursive: true });
    editors.browser = await launchBrowser();
    await new Promise((resolve) => editors.server.listen(0, "127.0.0.1", resolve));
    return editors;
  }

  // A page per person, in a browser profile of its own, so that nothing but the relay joins it to the others. Who has one
  // goes on in it, which is much faster than a new one.
  async visit(user, relay, document, provider = "hocuspocus") {
    if (!this.people.has(user)) this.people.set(user, await Editor.open(user, this.browser));
    const editor = this.people.get(user);
    const settings = new URLSearchParams({ user, relay, document, provider, color: kColors[user] });
    await editor.page.goto(`http://127.0.0.1:${this.server.address().port}/?${settings}`);
    await editor.page.locator("body[data-ready]").waitFor();
    await editor.until("synced");
    return editor;
  }

  async close() {
    await this.browser?.close();
    this.server.close();
    for (const { user, problems } of this.people.values()) assert.deepEqual(problems, [], `${user}'s page has no errors`);
  }
}

class Editor {
  static async open(user, browser) {
    const context = await browser.newContext({ viewport: { width: 640, height: 260 } });
    const editor = new Editor(user, await context.newPage());
    editor.page.setDefaultTimeout(kLongestWaitMs);
    editor.page.on("pageerror", (error) => editor.problems.push(error.message));
    return editor;
  }

  constructor(user, page) {
    this.user = user;
    this.page = page;
    this.problems = [];
  }

  // Asks window.page.
  ask(question) {
    return this.page.evaluate((name) => window.page[name](), question);
  }
  until(question) {
    return eventually(() => this.ask(question), `${this.user}: ${question}`);
  }
  untilStatus(status) {
    return this.page.locator("#status", { hasText: status }).waitFor();
  }

  // Puts the cursor into the text with the mouse and then where `key` leads.
  async goTo(key) {
    await this.page.locator(".cm-content").click();
    await this.page.keyboard.press(key);
  }
  type(text) {
    return this.page.keyboard.type(text, { delay: kKeyMs });
  }
  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }
  picture(name) {
    return this.page.screenshot({ path: join(pictures, `${name}-${this.user.toLowerCase()}.png`) });
  }
}

// Waits until `condition` resolves to something true, and returns it.
export async function eventually(condition, what) {
  const deadline = Date.now() + kLongestWaitMs;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await sleep(10);
  }
}

// Waits until all have everything and show the same, of which `complete` says that it is all; returns it.
export async function agreed(editors, complete) {
  let texts;
  const same = async () => {
    const synced = await Promise.all(editors.map((editor) => editor.ask("synced")));
    texts = await Promise.all(editors.map((editor) => editor.ask("text")));
    return synced.every(Boolean) && texts.every((text) => text === texts[0]) && complete(texts[0]);
  };
  await eventually(same, "all editors end equal").catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(texts)}`);
  });
  for (const editor of editors) {
    assert.equal(await editor.ask("shared"), texts[0], `${editor.user}'s editor has what its document has`);
    assert.equal(await editor.ask("shown"), texts[0], `${editor.user}'s page shows what its editor has`);
  }
  return texts[0];
}
