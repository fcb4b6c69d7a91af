// People at CodeMirror editors in a browser, joined by the relay.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Cable } from "../../plugin/console/check/cable.mjs";
import { Relay, readDocument } from "../node/relay_process.mjs";
import { Editors, agreed, eventually } from "./editors.mjs";

const kAdminToken = "secret";
let relay;
let editors;
before(async () => {
  relay = await new Relay().start({ args: ["--admin-token", kAdminToken] });
  editors = await Editors.open();
});
after(async () => {
  await relay?.remove();
  await editors?.close();
});

// Both what the relay's HTTP API says and what a client that comes now is given.
async function assertStored(document, text) {
  const address = `${relay.url.replace("ws:", "http:")}/api/documents/${document}?text=t`;
  const response = await fetch(address, { headers: { authorization: `Bearer ${kAdminToken}` } });
  assert.deepEqual((await response.json()).state, { t: text }, "the relay has what the editors have");
  assert.equal((await readDocument(relay.url, document)).text, text, "who comes later gets what the editors have");
}

// Each types letters that nobody else types, and so can be told apart afterwards.
const kAda = "the quick brown fox jumps";
const kBen = "WITH-FIVE-DOZEN-JUGS";
const kCem = "314159265358979323846";
const letters = { Ada: /[a-z ]/g, Ben: /[A-Z-]/g, Cem: /[0-9]/g };
const by = (user, text) => (text.match(letters[user]) ?? []).join("");

test("three who type at once, one of them through y-websocket, end equal and see each other", async () => {
  const all = await Promise.all([
    editors.visit("Ada", relay.url, "together"),
    editors.visit("Ben", relay.url, "together"),
    editors.visit("Cem", relay.url, "together", "y-websocket"),
  ]);
  const [ada, ben, cem] = all;
  await Promise.all(all.map((person) => person.goTo("Control+End")));
  await Promise.all([ada.type(kAda), ben.type(kBen), cem.type(kCem)]);

  const text = await agreed(all, (text) => text.length === kAda.length + kBen.length + kCem.length);
  assert.equal(by("Ada", text), kAda);
  assert.equal(by("Ben", text), kBen);
  assert.equal(by("Cem", text), kCem);
  for (const person of all) {
    assert.ok((await person.ask("turns")) >= 5, `${person.user} saw letters of the others between own ones`);
  }

  // Each sees the others' cursors, with their names, where they are.
  await Promise.all([ada.press("Control+Home"), ben.press("Control+End"), cem.press("Control+Home", "ArrowRight")]);
  for (const person of all) {
    const expected = {};
    for (const other of all) if (other !== person) expected[other.user] = await other.ask("cursor");
    const seen = async () => {
      const cursors = await person.ask("cursorsOfOthers");
      return Object.keys(cursors).length === 2 && Object.keys(expected).every((name) => cursors[name] === expected[name]);
    };
    await eventually(seen, `${person.user} sees the others at ${JSON.stringify(expected)}`);
  }
  await Promise.all(all.map((person) => person.picture("together")));
  await assertStored("together", text);

  await cem.page.close();
  const gone = async () => !("Cem" in (await ada.ask("cursorsOfOthers")));
  await eventually(gone, "who closes the page is gone for the others");
});

test("what is typed while a page is offline is on both pages when it is back", async () => {
  const cable = await Cable.to(relay.url);
  try {
    const [ada, ben] = await Promise.all([
      editors.visit("Ada", cable.through(relay.url), "apart"),
      editors.visit("Ben", relay.url, "apart"),
    ]);
    await ada.goTo("Control+End");
    await ada.type("one\ntwo\nthree");
    await agreed([ada, ben], (text) => text === "one\ntwo\nthree");

    cable.cut();
    await ada.untilStatus(/^(disconnected|connecting)$/);
    await eventually(async () => !("Ada" in (await ben.ask("cursorsOfOthers"))), "Ben sees that Ada is gone");
    // Both change the second line: Ada writes over it and goes on below, Ben takes away its end and adds to it.
    await ada.goTo("Control+Home");
    await ben.goTo("Control+Home");
    await ada.press("ArrowDown", "Shift+End");
    await ben.press("ArrowDown", "End", "Backspace");
    await Promise.all([ada.type("changed\nin a tunnel"), ben.type("WICE")]);
    await ada.page.keyboard.insertText(" 🚇");
    await ben.until("synced");
    assert.equal(await ada.ask("text"), "one\nchanged\nin a tunnel 🚇\nthree", "an offline page hears nothing");
    assert.equal(await ben.ask("text"), "one\ntwWICE\nthree", "and nothing is heard of it");
    await ada.picture("offline");

    cable.mend();
    await ada.untilStatus(/^connected$/);
    const text = await agreed([ada, ben], (text) => text.includes("🚇") && text.includes("WICE"));
    assert.ok(
      ["one\nchanged\nin a tunnel 🚇WICE\nthree", "one\nWICEchanged\nin a tunnel 🚇\nthree"].includes(text),
      `nobody's words are torn or lost: ${JSON.stringify(text)}`,
    );
    await eventually(async () => "Ada" in (await ben.ask("cursorsOfOthers")), "Ben sees Ada again");
    await Promise.all([ada.picture("back"), ben.picture("back")]);
    await assertStored("apart", text);

    await Promise.all([ada.goTo("Control+Home"), ben.goTo("Control+End")]);
    await Promise.all([ada.type(kAda), ben.type(kBen)]);
    const later = await agreed([ada, ben], (now) => now.length === text.length + kAda.length + kBen.length);
    assert.equal(later, kAda + text + kBen);
  } finally {
    await cable.close();
  }
});

test("undo takes back only one's own text, and redo brings it back", async () => {
  const both = await Promise.all(["Ada", "Ben"].map((user) => editors.visit(user, relay.url, "undo")));
  const [ada, ben] = both;
  await Promise.all(both.map((person) => person.goTo("Control+End")));
  await Promise.all([ada.type(kAda), ben.type(kBen)]);
  const before = await agreed(both, (text) => text.length === kAda.length + kBen.length);

  await every("undoSteps", ada, "Control+z");
  await agreed(both, (text) => text === kBen);
  await Promise.all(both.map((person) => person.picture("undone")));
  await every("redoSteps", ada, "Control+y");
  const after = await agreed(both, (text) => text.length === before.length);
  assert.equal(by("Ada", after), kAda);
  assert.equal(by("Ben", after), kBen);

  await every("undoSteps", ben, "Control+z");
  assert.equal(await agreed(both, (text) => text.length === kAda.length), kAda);
  await assertStored("undo", kAda);
});

// Every step, of which there are as many as the typing had pauses.
async function every(question, person, keys) {
  await person.goTo("Control+End");
  while ((await person.ask(question)) > 0) await person.press(keys);
}
