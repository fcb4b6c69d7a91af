// Bundles the console into dist/: one script, one style sheet, one page, nothing loaded from elsewhere.
import { build, context } from "esbuild";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");

const options = {
  absWorkingDir: here,
  entryPoints: { console: "src/main.js", style: "src/style.css" },
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome100", "firefox100", "safari15"],
  legalComments: "eof", // the licences of the bundled libraries stay with the copy
  logLevel: "warning",
};

await mkdir(dist, { recursive: true });
await copyFile(join(here, "index.html"), join(dist, "index.html"));
if (process.argv.includes("--watch")) {
  const watcher = await context(options);
  await watcher.watch();
} else {
  await build(options);
}
