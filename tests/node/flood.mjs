// A client that says as much as it can, run as a program of its own: `node flood.mjs URL DOCUMENT`. Prints how many
// messages it sent so far, until it is killed.
import { WebSocket } from "ws";
import * as Y from "yjs";
import { frame, syncFrame, textFrame, tokenFrame } from "./raw_socket.mjs";

const [url, document] = process.argv.slice(2);
const source = new Y.Doc();
source.getText("t").insert(0, "the same again and again".repeat(10));
const update = Y.encodeStateAsUpdate(source);
// What costs the relay more than it costs the sender: to be merged, to be answered with the state, to be refused.
const messages = [
  syncFrame(document, 2, update),
  syncFrame(document, 0, Y.encodeStateVector(new Y.Doc())),
  syncFrame(document, 2, update.subarray(0, update.length - 1)),
  frame(document, 3),
  textFrame(document, 5, undefined, "x".repeat(200)),
];

let sent = 0;
setInterval(() => console.log(sent), 200);

function connect() {
  const socket = new WebSocket(url);
  socket.on("open", () => {
    socket.send(tokenFrame(document, ""));
    const flood = () => {
      if (socket.readyState !== WebSocket.OPEN) return;
      for (let i = 0; i < 500 && socket.bufferedAmount < 1 << 20; ++i) socket.send(messages[sent++ % messages.length]);
      setImmediate(flood);
    };
    flood();
  });
  // Cut off, because it does not read as fast as it is answered.
  socket.on("close", () => setTimeout(connect, 10));
  socket.on("error", () => {});
}
connect();
