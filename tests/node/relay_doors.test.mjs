// Every door of a relay, and what a stranger or the wrong tenant finds behind it: a table of attempts that must all be
// refused, each told no more than it says here.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import http from "node:http";
import path from "node:path";
import tls from "node:tls";
import { after, before, test } from "node:test";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { RawSocket, frame, hex, syncFrame, textFrame, toHex, tokenFrame } from "./raw_socket.mjs";
import { Client, Relay, readDocument, sleep, until } from "./relay_process.mjs";

const secrets = { ada: "token-of-ada-1f3c", eve: "token-of-eve-77ab", admin: "token-of-admin-9e0d" };
const tenantOf = (token) => createHash("sha256").update(token).digest("hex");
const adas = `tenant_${tenantOf(secrets.ada)}/pugi-session-1`;
const eves = `tenant_${tenantOf(secrets.eve)}/pugi-session-1`;
const content = "what only ada may read";

const relay = new Relay();
let ada;  // has her document open all the time
let seen = [];  // stateless messages that reached her
let url;
before(async () => {
  await relay.start({
    tokens: { [secrets.ada]: { tier: "team" }, [secrets.eve]: { tier: "team", documents: ["*"] } },
    args: ["--admin-token", secrets.admin, "--allowed-origins", "https://app.example,http://127.0.0.1:1", "--log-level", "debug"],
  });
  url = `http://127.0.0.1:${relay.port}`;
  ada = new Client(relay.url, adas, { token: secrets.ada, onStateless: ({ payload }) => seen.push(payload) });
  await ada.untilSaved();
  ada.append(content);
  ada.provider.awareness.setLocalStateField("cursor", "where ada is");
  await ada.untilSaved();
});
after(async () => {
  ada.destroy();
  await relay.remove();
});

// A socket of Eve's that her own document is open on, and Ada's is not.
async function eve() {
  const raw = await RawSocket.open(relay.url);
  raw.send(tokenFrame(eves, secrets.eve));
  await raw.take(1);
  return raw;
}
const update = () => {
  const doc = new Y.Doc();
  doc.getText("t").insert(0, "eve was here");
  return Y.encodeStateAsUpdate(doc);
};
const awareness = (client) => encoding.encode((encoder) => {
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, 1_000);
  encoding.writeVarString(encoder, "null");
});
// What comes back within a moment for these messages, as hex.
async function answers(raw, ...messages) {
  raw.send(...messages);
  await sleep(100);
  const received = raw.received.splice(0).map(toHex);
  raw.close();
  return received;
}
const denied = [toHex(textFrame(adas, 2, 1, "permission-denied"))];
const request = (target, { token, origin, ...options } = {}) => fetch(url + target, {
  ...options, headers: { ...(token && { authorization: `Bearer ${token}` }), ...(origin && { origin }), ...options.headers } });
const post = (target, body, token) =>
  request(target, { method: "POST", token, body: JSON.stringify(body), headers: { "content-type": "application/json" } });
const upgrade = (target, headers) => new Promise((resolve) => {
  const asked = http.request({ host: "127.0.0.1", port: relay.port, path: target, headers: {
    connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", ...headers } });
  asked.on("upgrade", (response, socket) => { socket.destroy(); resolve(response.statusCode); });
  asked.on("response", (response) => resolve(response.statusCode));
  asked.end();
});
const handoff = async (token = secrets.ada) => (await (await post("/api/handoff", { document: adas }, token)).json()).token;

// door: what an attempt gives, and what it must give.
const doors = {
  "a document of another tenant, with a token that opens all":
    [async () => answers(await eve(), tokenFrame(adas, secrets.eve)), denied],
  "the same, as a session of it":
    [async () => answers(await eve(), tokenFrame(`${adas}\0s`, secrets.eve)), [toHex(textFrame(`${adas}\0s`, 2, 1, "permission-denied"))]],
  "the same, as a y-websocket client":
    [() => new Promise((resolve) => {
      const socket = new WebSocket(`${relay.url}/y-websocket/${adas}?token=${secrets.eve}`);
      socket.onclose = ({ code }) => resolve(code);
    }), 4401],
  "a name of its own that looks the same":
    [async () => answers(await eve(), tokenFrame(adas.toUpperCase(), secrets.ada)),
      [toHex(textFrame(adas.toUpperCase(), 2, 1, "permission-denied"))]],
  "no token": [async () => answers(await RawSocket.open(relay.url), tokenFrame(adas, "")), denied],
  "a token that is the beginning of a good one":
    [async () => answers(await RawSocket.open(relay.url), tokenFrame(adas, secrets.ada.slice(0, -1))), denied],
  "the hash of a good token": [async () => answers(await RawSocket.open(relay.url), tokenFrame(adas, tenantOf(secrets.ada))), denied],
  "an edit of a document that is not open": [async () => answers(await eve(), syncFrame(adas, 2, update())), []],
  "a question for its state": [async () => answers(await eve(), syncFrame(adas, 0, hex("00"))), []],
  "awareness: a state that says ada is gone":
    [async () => answers(await eve(), frame(adas, 1, (encoder) =>
      encoding.writeVarUint8Array(encoder, awareness(ada.document.clientID)))), []],
  "awareness: a question for who is there": [async () => answers(await eve(), frame(adas, 3)), []],
  "a stateless message": [async () => answers(await eve(), textFrame(adas, 5, undefined, "from eve")), []],
  "a broadcast of one": [async () => answers(await eve(), textFrame(adas, 6, undefined, "from eve")), []],
  "a broadcast in one's own document":
    [async () => answers(await eve(), textFrame(eves, 6, undefined, "from eve")), [toHex(textFrame(eves, 7, undefined, "Reset Connection"))]],
  "CLOSE for a document of somebody else": [async () => answers(await eve(), textFrame(adas, 7, undefined, "go away")), []],

  "HTTP: the list of documents, without a token": [async () => (await request("/api/documents")).status, 401],
  "HTTP: a document, with a client's token":
    [async () => (await request(`/api/documents/${encodeURIComponent(adas)}?text=t`, { token: secrets.ada })).status, 401],
  "HTTP: its update, with the admin token's beginning":
    [async () => (await request(`/api/documents/${encodeURIComponent(adas)}/update`, { token: secrets.admin.slice(0, -1) })).status, 401],
  "HTTP: its history, with more than the admin token":
    [async () => (await request(`/api/documents/${encodeURIComponent(adas)}/history`, { token: `${secrets.admin}x` })).status, 401],
  "HTTP: an update posted": [async () => (await request(`/api/documents/${encodeURIComponent(adas)}/update`, { method: "POST", body: update() })).status, 401],
  "HTTP: a document deleted": [async () => (await request(`/api/documents/${encodeURIComponent(adas)}`, { method: "DELETE" })).status, 401],
  "HTTP: everybody kicked": [async () => (await request("/api/close", { method: "POST" })).status, 401],
  "HTTP: a flush": [async () => (await request("/api/flush", { method: "POST" })).status, 401],
  "HTTP: metrics": [async () => (await request("/metrics")).status, 401],
  "HTTP: statistics": [async () => (await request("/api/stats")).status, 401],
  "HTTP: the quarantine": [async () => (await request("/api/quarantine")).status, 401],
  "HTTP: the admin token in the address": [async () => (await request(`/api/documents?token=${secrets.admin}`)).status, 401],
  "HTTP: the admin token as another scheme":
    [async () => (await fetch(`${url}/api/documents`, { headers: { authorization: `Basic ${btoa(`admin:${secrets.admin}`)}` } })).status, 401],
  "HTTP: another way to write the path": [async () => (await request("/api//documents")).status, 401],
  "HTTP: a file outside the console": [async () => (await request("/console/..%2f..%2f..%2fetc/passwd")).status, 404],
  "the admin token, as a client's": [async () => answers(await RawSocket.open(relay.url), tokenFrame(adas, secrets.admin)), denied],

  "handoff: issued by another tenant": [async () => (await post("/api/handoff", { document: adas }, secrets.eve)).status, 401],
  "handoff: issued without a token": [async () => (await post("/api/handoff", { document: adas })).status, 401],
  "handoff: redeemed twice": [async () => {
    const token = await handoff();
    assert.equal((await post("/api/handoff/redeem", { token })).status, 200);
    return (await post("/api/handoff/redeem", { token })).status;
  }, 410],
  "handoff: the handed token as a client's": [async () => answers(await RawSocket.open(relay.url), tokenFrame(adas, await handoff())), denied],
  "handoff: a session's token for another document": [async () => {
    const session = await (await post("/api/handoff/redeem", { token: await handoff() })).json();
    return answers(await RawSocket.open(relay.url), tokenFrame(adas.replace("session-1", "session-2"), session.token));
  }, [toHex(textFrame(adas.replace("session-1", "session-2"), 2, 1, "permission-denied"))]],
  "handoff: handed on from a session": [async () => {
    const session = await (await post("/api/handoff/redeem", { token: await handoff() })).json();
    return (await post("/api/handoff", { document: adas }, session.token)).status;
  }, 401],
  "handoff: a guess": [async () => (await post("/api/handoff/redeem", { token: "A".repeat(43) })).status, 404],

  "a page of another origin": [async () => upgrade("/", { origin: "https://evil.example" }), 403],
  "a page without an origin": [async () => upgrade("/", { origin: "null" }), 403],
  "a page whose origin begins like an allowed one": [async () => upgrade("/", { origin: "https://app.example.evil.example" }), 403],
  "a page of another origin, as a y-websocket client":
    [async () => upgrade(`/y-websocket/${adas}?token=${secrets.ada}`, { origin: "https://evil.example" }), 403],
};

for (const [door, [attempt, expected]] of Object.entries(doors)) {
  test(`closed: ${door}`, async () => assert.deepEqual(await attempt(), expected));
}

test("open: pages that are allowed, and clients that are no pages", async () => {
  assert.equal(await upgrade("/", { origin: "https://app.example" }), 101);
  assert.equal(await upgrade("/", { origin: "HTTPS://APP.example" }), 101);
  assert.equal(await upgrade("/", {}), 101);
});

test("after all of it nothing has changed for who is inside", async () => {
  assert.equal(ada.count("close"), 0);
  assert.deepEqual(seen, []);
  assert.equal(ada.text.toString(), content);
  assert.equal((await readDocument(relay.url, adas, secrets.ada)).text, content);
  const watcher = new Client(relay.url, adas, { token: secrets.ada });
  await until(() => [...watcher.provider.awareness.getStates().values()].some((state) => state.cursor === "where ada is"),
    "ada is still shown");
  watcher.destroy();
});

test("refusals and errors hold neither secrets, content nor names of documents, and nor does the log", async () => {
  const texts = [];
  for (const [target, options] of [["/api/documents", {}], [`/api/documents/${encodeURIComponent(adas)}`, { token: secrets.eve }],
    ["/metrics", { token: secrets.eve }], ["/nothing", { token: secrets.ada }]]) {
    texts.push(await (await request(target, options)).text());
  }
  texts.push(await (await post("/api/handoff", { document: adas }, secrets.eve)).text());
  texts.push(await (await request("/metrics", { token: secrets.admin })).text());
  const handed = await handoff();
  await post("/api/handoff/redeem", { token: handed });
  for (const text of [...texts, relay.log]) {
    for (const secret of [...Object.values(secrets), handed, content, "eve was here", "where ada is", "from eve"]) {
      assert.ok(!text.includes(secret), `"${secret}" is in: ${text}`);
    }
  }
  const refusals = relay.log.split("\n").filter((line) => line.includes("refused a document"));
  assert.ok(refusals.length > 0);
  for (const line of refusals) assert.ok(!line.includes("tenant_"), line);
});

test("TLS: 1.2 and 1.3 are spoken, 1.1 and ciphers without forward secrecy are not", async () => {
  const [certificate, key] = ["cert.pem", "key.pem"].map((name) => path.join(relay.folder, name));
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=relay",
    "-keyout", key, "-out", certificate], { stdio: "ignore" });
  const safe = await new Relay().start({ args: ["--tls-certificate", certificate, "--tls-key", key] }).catch((error) => error);
  assert.ok(!(safe instanceof Error), `${safe}`);
  const shake = (options) => new Promise((resolve, reject) => {
    const socket = tls.connect({ host: "127.0.0.1", port: safe.port, rejectUnauthorized: false, ...options }, () => {
      resolve(`${socket.getProtocol()} ${socket.getCipher().name}`);
      socket.destroy();
    });
    socket.on("error", reject);
  });
  const weak = { minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" };
  assert.match(await shake({}), /^TLSv1\.3 /);
  assert.match(await shake({ maxVersion: "TLSv1.2" }), /^TLSv1\.2 ECDHE-/);
  await assert.rejects(shake({ ...weak, maxVersion: "TLSv1.1" }));
  await assert.rejects(shake({ ...weak, maxVersion: "TLSv1" }));
  for (const cipher of ["AES128-SHA", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA", "NULL-SHA256"]) {
    await assert.rejects(shake({ maxVersion: "TLSv1.2", ciphers: `${cipher}:@SECLEVEL=0` }), undefined, cipher);
  }
  await safe.remove();
});
