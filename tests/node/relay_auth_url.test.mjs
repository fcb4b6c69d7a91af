// --auth-url with stock clients: its answers are kept for moments, its failures are tried again, and it is asked about
// open connections. And --tokens, read again while clients of every version are connected.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { test } from "node:test";
import { HocuspocusProvider as ProviderV2, HocuspocusProviderWebsocket as SocketV2 } from "hocuspocus-provider-v2";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { Client, Relay, sleep, until } from "./relay_process.mjs";

// An application's server. `answer(body)`: a status; nothing: it hangs up.
async function serve(answer) {
  const asked = [];
  const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      asked.push(JSON.parse(body));
      const status = answer(asked.at(-1));
      if (status === undefined) return request.socket.destroy();
      response.writeHead(status, { "content-type": "application/json" });
      response.end("{}");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { asked, url: `http://127.0.0.1:${server.address().port}/may`, close: () => server.close() };
}

// Instead of --open.
class AskingRelay extends Relay {
  start(auth, ...args) {
    return super.start({ access: ["--auth-url", auth.url], args });
  }
}
const reasonOf = (client) => client.events.find(({ event }) => event === "authenticationFailed")?.data.reason;

test("many connections with one token ask once, and a refusal is kept for less", async () => {
  let status = 200;
  const auth = await serve(() => status);
  const relay = await new AskingRelay().start(auth, "--auth-cache", "30", "--auth-cache-refusals", "0.3");
  const clients = Array.from({ length: 20 }, () => new Client(relay.url, "doc", { token: "t" }));
  await Promise.all(clients.map((client) => client.untilSaved()));
  assert.equal(auth.asked.length, 1);
  status = 403;
  const refused = new Client(relay.url, "doc", { token: "other" });
  await until(() => reasonOf(refused), "it is refused");
  assert.equal(auth.asked.length, 2);
  status = 200;
  await sleep(350);
  const granted = new Client(relay.url, "doc", { token: "other" });
  await granted.untilSaved();
  assert.equal(auth.asked.length, 3);
  for (const client of [...clients, refused, granted]) client.destroy();
  await relay.remove();
  auth.close();
});

test("a server that hangs up is asked two times more, and no more than that", async () => {
  let hangs = 2;
  const auth = await serve(() => (hangs-- > 0 ? undefined : 200));
  const relay = await new AskingRelay().start(auth);
  const client = new Client(relay.url, "doc", { token: "t" });
  await client.untilSaved();
  assert.equal(auth.asked.length, 3);
  hangs = Infinity;
  const failed = new Client(relay.url, "other", { token: "t" });
  await until(() => reasonOf(failed), "it is refused");
  assert.equal(reasonOf(failed), "permission-denied");
  assert.equal(auth.asked.length, 6);
  for (const each of [client, failed]) each.destroy();
  await relay.remove();
  auth.close();
});

test("a token that ends closes open connections for good, and a server that is away closes none", async () => {
  let answer = 200;
  const auth = await serve(() => answer);
  const relay = await new AskingRelay().start(auth, "--auth-recheck", "1", "--auth-cache", "0", "--auth-cache-refusals", "0");
  const client = new Client(relay.url, "doc", { token: "t" });
  await client.untilSaved();
  const renewals = () => auth.asked.filter(({ renewal }) => renewal).length;
  await until(() => renewals() >= 1, "it is asked about the connection");
  answer = 500;
  const before = renewals();
  await until(() => renewals() >= before + 2, "it is asked, and does not know");
  assert.equal(client.count("close"), 0);
  answer = 403;
  await until(() => reasonOf(client), "the client is told");
  client.append("x");
  const asked = auth.asked.length;
  await sleep(1_500);
  assert.equal(auth.asked.length, asked, "and does not come back");
  client.destroy();
  await relay.remove();
  auth.close();
});

test("tokens that are read again close only whose token is no longer good, whatever the client's version", async () => {
  const tokens = { stays: { documents: ["*"] }, goes: { documents: ["*"] } };
  const relay = await new Relay().start({ tokens });
  const v2 = (token) => {
    const socket = new SocketV2({ url: relay.url, delay: 50, minDelay: 50, maxDelay: 200 });
    const document = new Y.Doc();
    const closed = [];
    const provider = new ProviderV2({ websocketProvider: socket, name: "doc", token, document, broadcast: false,
      onClose: () => closed.push("close"), onAuthenticationFailed: () => closed.push("refused") });
    const destroy = () => [provider, socket, document].forEach((part) => part.destroy());
    return { closed, synced: () => provider.isSynced, destroy };
  };
  const y = (token) => {
    const document = new Y.Doc();
    const closed = [];
    const provider = new WebsocketProvider(`${relay.url}/y-websocket`, "doc", document,
      { params: { token }, disableBc: true, maxBackoffTime: 200 });
    provider.on("connection-close", (event) => closed.push(event?.code));
    // The document's end is that of its awareness, which has a timer.
    return { closed, synced: () => provider.synced, destroy: () => { provider.destroy(); document.destroy(); } };
  };
  const v4 = (token) => {
    const client = new Client(relay.url, "doc", { token });
    const closed = client.events;
    return { closed: { get length() { return closed.filter(({ event }) => event === "close").length; } },
      synced: () => client.saved, destroy: () => client.destroy() };
  };
  const good = [v2("stays"), y("stays"), v4("stays")];
  const bad = [y("goes"), v4("goes")];  // a provider of version 2 throws when it is sent a CLOSE
  await until(() => [...good, ...bad].every((client) => client.synced()), "all are in");
  writeFileSync(path.join(relay.folder, "tokens.json"), JSON.stringify({ stays: tokens.stays }));
  relay.process.kill("SIGHUP");
  await until(() => bad.every((client) => client.closed.length > 0), "whose token is gone are closed");
  await sleep(1_000);  // after the ten seconds in which they could have shown another
  for (const client of good) assert.equal(client.closed.length, 0);
  for (const client of good) assert.ok(client.synced());
  for (const client of [...good, ...bad]) client.destroy();
  await relay.remove();
});
