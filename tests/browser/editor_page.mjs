// The page of the test: a CodeMirror editor, its Yjs binding and a stock provider, all as their own guides put them together.
// Its address says relay, document, provider and user.
import { defaultKeymap } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

const kLongestWaitMs = 200; // between attempts to connect, so that the test need not wait
const kProviders = { hocuspocus: openHocuspocus, "y-websocket": openYWebsocket };

const settings = Object.fromEntries(new URLSearchParams(location.search));
const ydoc = new Y.Doc();
const ytext = ydoc.getText("t");
const provider = kProviders[settings.provider](settings.relay, settings.document);
provider.awareness.setLocalStateField("user", { name: settings.user, color: settings.color });
provider.on("status", ({ status }) => (document.querySelector("#status").textContent = status));
document.querySelector("#user").textContent = `${settings.user}, ${settings.provider}`;
document.title = settings.user;

const undoManager = new Y.UndoManager(ytext);
const view = new EditorView({
  parent: document.querySelector("#editor"),
  state: EditorState.create({
    doc: ytext.toString(),
    extensions: [
      keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
      lineNumbers(),
      EditorView.lineWrapping,
      // The binding shows a name only while the mouse is on its cursor; the pictures shall have it, and room for it.
      EditorView.theme({
        ".cm-ySelectionInfo": { opacity: "1 !important" },
        ".cm-content": { padding: "1.2em 0" },
        ".cm-line": { lineHeight: "1.8" },
      }),
      yCollab(ytext, provider.awareness, { undoManager }),
    ],
  }),
});

// How often the writer changed, as this page saw it: 1 for each run of changes from one side.
let turns = 0;
let lastWasMine;
ytext.observe((_, transaction) => {
  if (transaction.local !== lastWasMine) ++turns;
  lastWasMine = transaction.local;
});

// What the test asks the page.
window.page = {
  // What stands on the screen, line by line, without the others' cursors.
  shown: () => [...view.contentDOM.querySelectorAll(".cm-line")].map(textOf).join("\n"),
  text: () => view.state.doc.toString(),
  shared: () => ytext.toString(),
  synced: () => (settings.provider === "hocuspocus" ? provider.isSynced && !provider.hasUnsyncedChanges : provider.synced),
  turns: () => turns,
  undoSteps: () => undoManager.undoStack.length,
  redoSteps: () => undoManager.redoStack.length,
  cursor: () => view.state.selection.main.head,
  // Where the others' cursors are drawn, by their names.
  cursorsOfOthers: () =>
    Object.fromEntries(
      [...view.contentDOM.querySelectorAll(".cm-ySelectionCaret")].map((caret) => [
        caret.querySelector(".cm-ySelectionInfo").textContent,
        view.posAtDOM(caret),
      ]),
    ),
};
document.body.dataset.ready = "yes";

function openHocuspocus(url, name) {
  const websocketProvider = new HocuspocusProviderWebsocket({ url, delay: 50, minDelay: 50, maxDelay: kLongestWaitMs });
  const opened = new HocuspocusProvider({ websocketProvider, name, document: ydoc });
  opened.attach();
  return opened;
}

function openYWebsocket(url, name) {
  return new WebsocketProvider(`${url}/y-websocket`, name, ydoc, { disableBc: true, maxBackoffTime: kLongestWaitMs });
}

function textOf(line) {
  const copy = line.cloneNode(true);
  for (const caret of copy.querySelectorAll(".cm-ySelectionCaret")) caret.remove();
  return copy.textContent;
}
