// What simulated relays have on their disks at the end, Yjs finds to be the same text.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import test from "node:test";
import * as Y from "yjs";

const simulate = path.join(process.env.YPP_BIN_DIR, "ypp-simulate");

test("Yjs shows the same text of what every simulated relay stored", () => {
  const lines = execFileSync(simulate, ["--seeds", "100", "--print", "--quiet"], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"]
  }).trim().split("\n");
  assert.ok(lines.length >= 100);
  let characters = 0;
  for (const line of lines) {
    const { updates, text } = JSON.parse(line);
    const doc = new Y.Doc();
    for (const update of updates) Y.applyUpdate(doc, Buffer.from(update, "base64"));
    assert.equal(doc.getText("text").toString(), text);
    characters += text.length;
  }
  assert.ok(characters > 10_000);
});
