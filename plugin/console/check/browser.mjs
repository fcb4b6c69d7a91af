// Headless Chromium on the console.
import { access } from "node:fs/promises";
import { chromium } from "playwright-core";

const kPaths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const kFlags = [
  "--headless",
  "--no-sandbox", // as root, as in a container, there is none to be had
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function launchBrowser() {
  for (const executablePath of kPaths) {
    try {
      await access(executablePath);
    } catch {
      continue;
    }
    return await chromium.launch({ executablePath, args: kFlags });
  }
  throw new Error("Chromium is not installed: run scripts/setup");
}

export const kDesktop = { viewport: { width: 1280, height: 800 }, colorScheme: "light" };
export const kPhone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, colorScheme: "dark" };

// Opens the link and collects what goes wrong on the page.
export async function openConsole(browser, link, device) {
  const context = await browser.newContext(device);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000); // a busy machine starts a browser slowly
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  await page.goto(link);
  return { page, problems, close: () => context.close() };
}
