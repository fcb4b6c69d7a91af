// The C++ provider against Hocuspocus' own server, beside Hocuspocus' own provider.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HocuspocusProvider } from "@hocuspocus/provider";
import { Server } from "@hocuspocus/server";
import * as Y from "yjs";
import { ClientDriver, until } from "./client_driver.mjs";

const stored = new Map();

async function startServer(hooks = {}, port = 0) {
  const server = new Server({
    port,
    address: "127.0.0.1",
    quiet: true,
    stopOnSignals: false,
    async onLoadDocument({ documentName, document }) {
      if (stored.has(documentName)) Y.applyUpdate(document, stored.get(documentName));
    },
    async onStoreDocument({ documentName, document }) {
      stored.set(documentName, Y.encodeStateAsUpdate(document));
    },
    ...hooks,
  });
  await server.listen();
  return server;
}

const urlOf = (server) => `ws://127.0.0.1:${server.address.port}`;

// Hocuspocus' provider with the text "t".
function stockClient(server, name, token = "good") {
  const provider = new HocuspocusProvider({ url: urlOf(server), name, token });
  return { provider, text: provider.document.getText("t") };
}

test("converges with the stock provider both ways", async () => {
  const server = await startServer();
  const cpp = new ClientDriver(urlOf(server));
  const { provider, text } = stockClient(server, "both");
  await cpp.ok("attach both good");
  await cpp.ok("sync both 10000");
  await cpp.event("both authenticated read-write");
  await cpp.ok("append both from C++, grüße 😀");
  await cpp.ok("flush both 10000");
  assert.equal(await cpp.send("unsynced both"), "0");
  await until(() => text.toString() === "from C++, grüße 😀", "the text in the browser's client");
  text.insert(0, "from Node. ");
  await until(async () => (await cpp.send("text both")) === "from Node. from C++, grüße 😀", "the text in C++");

  await cpp.ok('presence both {"user":{"name":"ada"}}');
  await until(() => [...provider.awareness.getStates().values()].some((s) => s.user?.name === "ada"), "ada");
  provider.setAwarenessField("user", { name: "bob" });
  await until(async () => (await cpp.send("present both")).includes('{"user":{"name":"bob"}}'), "bob");
  provider.destroy();
  await until(async () => !(await cpp.send("present both")).includes("bob"), "bob to be gone");
  assert.equal(await cpp.end(), 0);
  await server.destroy();
});

test("edits made offline on both sides arrive after the server is back", async () => {
  let server = await startServer();
  const { port } = server.address;
  const cpp = new ClientDriver(urlOf(server));
  const { provider, text } = stockClient(server, "offline");
  await cpp.ok("attach offline good");
  await cpp.ok("append offline one");
  await cpp.ok("flush offline 10000");
  await until(() => text.toString() === "one", "the first text");
  // Left to itself the stock provider notices after 30 s that its document was closed.
  provider.disconnect();
  await server.destroy();
  await cpp.event("offline unsynced");
  await cpp.ok("append offline two");
  assert.notEqual(await cpp.send("unsynced offline"), "0");
  text.insert(0, "zero");
  server = await startServer({}, port);
  provider.connect();
  await cpp.ok("flush offline 10000");
  await until(() => text.toString() === "zeroonetwo", "both edits in the browser's client");
  await until(async () => (await cpp.send("text offline")) === "zeroonetwo", "both edits in C++");
  provider.destroy();
  await cpp.end();
  await server.destroy();
});

test("a refused token is shown once and no more", async () => {
  let asked = 0;
  const server = await startServer({
    async onAuthenticate({ token }) {
      ++asked;
      if (token !== "good") throw Object.assign(new Error(), { reason: "bad-token" });
    },
  });
  const cpp = new ClientDriver(urlOf(server));
  await cpp.ok("attach secret wrong");
  assert.match(await cpp.send("sync secret 10000"), /PERMISSION_DENIED: bad-token/);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  assert.equal(asked, 1);
  assert.equal(await cpp.send("status"), "disconnected");
  await cpp.ok("attach public good");
  await cpp.ok("sync public 10000");
  await cpp.end();
  await server.destroy();
});

test("edits over a read-only connection are reported as refused", async () => {
  const server = await startServer({
    async onAuthenticate({ connectionConfig }) {
      connectionConfig.readOnly = true;
    },
  });
  const cpp = new ClientDriver(urlOf(server));
  await cpp.ok("attach fixed good");
  await cpp.ok("flush fixed 10000");
  await cpp.event("fixed authenticated readonly");
  await cpp.ok("append fixed no");
  await cpp.event("fixed refused");
  assert.equal(await cpp.send("unsynced fixed"), "1");
  await cpp.end();
  await server.destroy();
});

test("a kicked document comes back, alone on its socket and beside another", async () => {
  const server = await startServer();
  const cpp = new ClientDriver(urlOf(server));
  await cpp.ok("attach a good");
  await cpp.ok("flush a 10000");
  server.hocuspocus.closeConnections("a");
  await cpp.event("a close Reset Connection");
  await cpp.ok("append a x");
  await cpp.ok("flush a 10000");

  await cpp.ok("attach b good");
  await cpp.ok("flush b 10000");
  cpp.events.length = 0;
  server.hocuspocus.closeConnections("a");
  await cpp.event("a close Reset Connection");
  await cpp.ok("append a y");
  await cpp.ok("append b z");
  await cpp.ok("flush a 10000");
  await cpp.ok("flush b 10000");
  assert.ok(!cpp.events.some((event) => event.startsWith("- disconnect")), "on the same socket");
  assert.equal(server.hocuspocus.documents.get("a").getText("t").toString(), "xy");
  assert.equal(server.hocuspocus.documents.get("b").getText("t").toString(), "z");
  await cpp.end();
  await server.destroy();
});

test("a document that leaves and returns on a shared socket is synced again", async () => {
  const server = await startServer();
  const cpp = new ClientDriver(urlOf(server));
  await cpp.ok("attach stays good");
  for (let i = 0; i < 5; ++i) {
    await cpp.ok("attach comes good");
    await cpp.ok("append comes x");
    await cpp.ok("flush comes 10000");
    await cpp.ok("detach comes");
  }
  await cpp.ok("attach comes good");
  await cpp.ok("sync comes 10000");
  assert.equal(await cpp.send("text comes"), "xxxxx");
  assert.ok(!cpp.events.some((event) => event.startsWith("- disconnect")));
  await cpp.end();
  await server.destroy();
});

test("answers a token request and passes stateless messages", async () => {
  const tokens = [];
  const heard = [];
  let connection;
  const server = await startServer({
    async onAuthenticate() {},
    async onTokenSync({ token }) {
      tokens.push(token);
    },
    async connected(payload) {
      connection = payload.connection;
    },
    async onStateless({ payload, document }) {
      heard.push(payload);
      document.broadcastStateless(`heard ${payload}`);
    },
  });
  const cpp = new ClientDriver(urlOf(server));
  await cpp.ok("attach doc good");
  await cpp.ok("flush doc 10000");
  await until(() => connection, "the connection");
  connection.requestToken();
  await until(() => tokens.length === 1, "the token");
  assert.deepEqual(tokens, ["good"]);
  await cpp.ok("say doc hello");
  await cpp.event("doc stateless heard hello");
  assert.deepEqual(heard, ["hello"]);
  await cpp.end();
  await server.destroy();
});

test("many edits are all acknowledged and all there", async () => {
  const server = await startServer();
  const cpp = new ClientDriver(urlOf(server));
  const { provider, text } = stockClient(server, "many");
  await cpp.ok("attach many good");
  for (let i = 0; i < 1_000; ++i) await cpp.ok(`append many ${i % 10}`);
  await cpp.ok("flush many 20000");
  assert.equal(await cpp.send("unsynced many"), "0");
  await until(() => text.length === 1_000, "all of them");
  assert.equal(text.toString(), "0123456789".repeat(100));
  provider.destroy();
  await cpp.end();
  await server.destroy();
});
