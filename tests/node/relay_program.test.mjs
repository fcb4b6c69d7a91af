// ypp-relay as an operator meets it: settings, TLS, authentication by another server, HTTP API, webhooks, import.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import tls from "node:tls";
import * as Y from "yjs";
import { Client, Relay, readDocument, run, sleep, until } from "./relay_process.mjs";

const program = path.join(process.env.YPP_BIN_DIR, "ypp-relay");
const folder = mkdtempSync(path.join(tmpdir(), "ypp-program-"));
after(() => rmSync(folder, { recursive: true }));

// A relay with these arguments and environment; `url` is what it says.
async function start(args, env = {}, command = program) {
  const child = spawn(command, args, { env: { ...process.env, ...env } });
  child.log = "";
  child.stderr.on("data", (data) => (child.log += data));
  child.exited = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
  const line = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve)),
    child.exited.then(() => Promise.reject(new Error(`the relay ended: ${child.log}`))),
  ]);
  child.url = /wss?:\/\/[^ ,]+/.exec(line)[0];
  child.stop = () => {
    child.kill("SIGTERM");
    return child.exited;
  };
  return child;
}

// A certificate for 127.0.0.1 in these files that nobody but itself vouches for.
const makeCertificate = (certificate, key, name) => execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes",
  "-days", "1", "-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
  { stdio: "ignore" });

// A web server that answers with `answer(body)` and remembers what it was asked; `secrets`, a certificate and its key, make it https.
async function serve(answer, secrets) {
  const asked = [];
  const listener = (request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      asked.push({ headers: request.headers, body, json: JSON.parse(body) });
      const { status = 200, json = {} } = answer(JSON.parse(body)) ?? {};
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(json));
    });
  };
  const server = secrets ? https.createServer(secrets, listener) : http.createServer(listener);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { asked, url: `${secrets ? "https" : "http"}://127.0.0.1:${server.address().port}/hook`, close: () => server.close() };
}

test("settings come from the file, the environment and flags, the later over the earlier", async () => {
  const config = path.join(folder, "relay.json");
  writeFileSync(config, JSON.stringify({
    listen: "127.0.0.1:0", memory: true, open: true, "admin-token": "from-file", "max-documents": 1,
  }));
  const relay = await start(["--config", config, "--max-documents", "2"], { YPP_RELAY_ADMIN_TOKEN: "from-environment" });
  const api = relay.url.replace("ws:", "http:");
  const ask = (token) => fetch(`${api}/api/stats`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await ask("from-file")).status, 401);
  assert.equal((await ask("from-environment")).status, 200);
  const client = new Client(relay.url, "a");
  const more = ["b", "c"].map((name) => new Client(relay.url, name, { websocketProvider: client.ownSocket }));
  await until(() => more.some((one) => one.count("authenticationFailed") > 0), "the third document is one too many");
  for (const one of [...more, client]) one.destroy();
  assert.deepEqual(await relay.stop(), { code: 0, signal: null });
});

test("a misspelt setting is no setting", async () => {
  const config = path.join(folder, "bad.json");
  writeFileSync(config, JSON.stringify({ memory: true, open: true, "max-dokuments": 1 }));
  const misspelt = await run(["--config", config]);
  assert.equal(misspelt.code, 2);
  assert.match(misspelt.stderr, /max-dokuments/);
  writeFileSync(config, "{");
  assert.equal((await run(["--config", config])).code, 2);
  const help = (await run(["--help"])).stdout;
  for (const word of ["YPP_RELAY_", "--config", "--auth-url", "--tls-certificate", "--admin-token", "SIGHUP"]) {
    assert.ok(help.includes(word), word);
  }
});

test("it holds as many connections as the hard limit of open files allows, and says how many these are", async () => {
  const limited = (args) => start(["-c", 'ulimit -Sn 60 && ulimit -Hn 400 && exec "$0" "$@"', program,
    "--listen", "127.0.0.1:0", "--memory", "--open", ...args], {}, "bash");
  const said = (of, what) => until(() => what.test(of.log), `the relay says ${what}`);
  const relay = await limited([]);
  await said(relay, /up to 350 connections at a time/);
  assert.match(relay.log, /--max-connections 50000 is more than the limit of 400 open files allows/);
  const open = () => new Promise((resolve) => {
    const socket = new WebSocket(relay.url);
    socket.onopen = () => resolve(socket);
    socket.onerror = () => resolve(null);
  });
  const sockets = await Promise.all(Array.from({ length: 350 }, open));
  assert.equal(sockets.filter((socket) => socket !== null).length, 350);
  assert.equal(await open(), null, "one more is refused, not left waiting");
  for (const socket of sockets) socket.close();
  await relay.stop();

  const modest = await limited(["--max-connections", "100"]);
  await said(modest, /up to 100 connections at a time/);
  assert.doesNotMatch(modest.log, /more than the limit/);
  await modest.stop();
});

test("TLS, with a certificate that is read again on SIGHUP", async () => {
  const certificate = path.join(folder, "cert.pem");
  const key = path.join(folder, "key.pem");
  const make = (name) => makeCertificate(certificate, key, name);
  make("first");
  const relay = await start(["--listen", "127.0.0.1:0", "--memory", "--open", "--tls-certificate", certificate, "--tls-key", key]);
  assert.match(relay.url, /^wss:/);
  const port = Number(new URL(relay.url).port);
  const look = (options = {}) => new Promise((resolve, reject) => {
    const socket = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options }, () => {
      resolve({ name: socket.getPeerCertificate().subject.CN, version: socket.getProtocol() });
      socket.destroy();
    });
    socket.on("error", reject);
  });
  assert.equal((await look()).name, "first");
  assert.equal((await look({ maxVersion: "TLSv1.2" })).version, "TLSv1.2");
  await assert.rejects(look({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }));

  // A provider over TLS, in a process that trusts the certificate.
  const script = `import { readDocument } from ${JSON.stringify(path.resolve(import.meta.dirname, "relay_process.mjs"))};
    await readDocument(${JSON.stringify(relay.url)}, "doc"); process.exit(0);`;
  execFileSync(process.execPath, ["--input-type=module", "-e", script],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate }, timeout: 30_000, cwd: import.meta.dirname });

  make("second");
  relay.kill("SIGHUP");
  await until(() => relay.log.includes("read again"), "the relay says so");
  assert.equal((await look()).name, "second");
  writeFileSync(key, "no key");
  relay.kill("SIGHUP");
  await until(() => relay.log.includes("the old certificate stays"), "the relay says so");
  assert.equal((await look()).name, "second");
  assert.equal((await relay.stop()).code, 0);
});

test("tokens are read again on SIGHUP", async () => {
  const tokens = path.join(folder, "tokens.json");
  writeFileSync(tokens, JSON.stringify({ old: { documents: ["*"] } }));
  const relay = await start(["--listen", "127.0.0.1:0", "--memory", "--tokens", tokens]);
  await readDocument(relay.url, "doc", "old");
  writeFileSync(tokens, JSON.stringify({ new: { documents: ["*"] } }));
  relay.kill("SIGHUP");
  await until(() => relay.log.includes("1 tokens read again"), "the relay says so");
  await readDocument(relay.url, "doc", "new");
  const late = new Client(relay.url, "doc", { token: "old" });
  await until(() => late.count("authenticationFailed") > 0, "the old token is no good any more");
  late.destroy();
  await relay.stop();
});

test("another server decides who may open what", async () => {
  const auth = await serve(({ document, token }) => {
    if (token === "down") return { status: 500, json: { reason: "stack trace" } };
    if (token !== "good") return { status: 403, json: { reason: "expired" } };
    return { json: { readOnly: document === "handbook", user: "ada" } };
  });
  const relay = await start(["--listen", "127.0.0.1:0", "--memory", "--auth-url", auth.url]);
  const writer = new Client(relay.url, "notes", { token: "good" });
  const reader = new Client(relay.url, "handbook", { token: "good" });
  await until(() => writer.saved && reader.provider.isSynced, "both are in");
  assert.equal(writer.provider.authorizedScope, "read-write");
  assert.equal(reader.provider.authorizedScope, "readonly");
  const expired = new Client(relay.url, "notes", { token: "old" });
  const down = new Client(relay.url, "notes", { token: "down" });
  const reason = (client) => client.events.find(({ event }) => event === "authenticationFailed")?.data.reason;
  await until(() => reason(expired) && reason(down), "both are told");
  assert.equal(reason(expired), "expired");
  assert.equal(reason(down), "permission-denied");
  assert.ok(auth.asked.some(({ json }) => json.document === "notes" && json.token === "good" && json.renewal === false));
  // A token sent again on an open connection is asked about again.
  writer.provider.sendToken();
  await until(() => auth.asked.some(({ json }) => json.renewal === true), "a renewal is asked about");
  for (const client of [writer, reader, expired, down]) client.destroy();
  await relay.stop();
  auth.close();
  assert.doesNotMatch(relay.log, /stack trace|good/);
});

test("other servers are asked over https, if they are who they say they are", async () => {
  const certificate = path.join(folder, "web.pem");
  const key = path.join(folder, "web-key.pem");
  makeCertificate(certificate, key, "web");
  const secrets = { cert: readFileSync(certificate), key: readFileSync(key) };
  const auth = await serve(() => ({ json: { user: "ada" } }), secrets);
  const hook = await serve(() => ({}), secrets);
  const args = ["--listen", "127.0.0.1:0", "--memory", "--auth-url", auth.url, "--webhook-url", hook.url, "--webhook-secret", "key",
    "--webhook-events", "connect"];

  const trusting = await start(args, { SSL_CERT_FILE: certificate });
  await readDocument(trusting.url, "doc", "good");
  await until(() => hook.asked.length > 0, "the webhook hears of it");
  assert.equal(auth.asked[0].json.token, "good");
  assert.equal(hook.asked[0].json.event, "connect");
  await trusting.stop();

  auth.asked.length = 0;
  const wary = await start(args);
  const client = new Client(wary.url, "doc", { token: "good" });
  await until(() => client.count("authenticationFailed") > 0, "nobody gets in");
  client.destroy();
  await wary.stop();
  assert.equal(auth.asked.length, 0, "no token was shown to a stranger");
  assert.match(wary.log, /no TLS that is trusted/);
  auth.close();
  hook.close();
});

test("what is too large is refused and counted", async () => {
  const relay = await start(["--listen", "127.0.0.1:0", "--memory", "--open", "--max-message-bytes", "100000", "--admin-token", "secret"]);
  const base = relay.url.replace("ws:", "http:");
  const client = new Client(relay.url, "doc");
  await client.untilSaved();
  client.append("x".repeat(200_000));
  await until(() => client.count("close") > 0, "its socket is closed");
  client.destroy();
  const announced = await new Promise((resolve, reject) => {
    const request = http.request(`${base}/api/documents/doc/update`,
      { method: "POST", headers: { authorization: "Bearer secret", "content-length": "999999999" } });
    request.on("response", (response) => resolve(response.statusCode));
    request.on("error", reject);
    request.flushHeaders();
  });
  assert.equal(announced, 413);
  const metrics = async () => (await fetch(`${base}/metrics`, { headers: { authorization: "Bearer secret" } })).text();
  const counted = async (reason) => (await metrics()).includes(`ypp_relay_refusals_total{reason="${reason}"}`);
  while (!(await counted("message_size"))) await sleep(20); // once the sockets are gone
  while (!(await counted("http_size"))) await sleep(20);
  await relay.stop();
});

test("documents are read, written, listed, closed and deleted over HTTP", async () => {
  const relay = await new Relay().start({ args: ["--admin-token", "secret"] });
  const base = relay.url.replace("ws:", "http:");
  const ask = (target, options = {}) =>
    fetch(`${base}${target}`, { headers: { authorization: "Bearer secret" }, ...options });
  assert.equal(await (await fetch(`${base}/readyz`)).text(), "ready\n");
  assert.equal((await fetch(`${base}/metrics`)).status, 401);

  const client = new Client(relay.url, "notes/ada");
  await client.untilSaved();
  const edit = new Y.Doc();
  edit.getText("t").insert(0, "from outside");
  const posted = await ask("/api/documents/notes%2Fada/update", { method: "POST", body: Y.encodeStateAsUpdate(edit) });
  assert.equal(posted.status, 204);
  await client.untilText("from outside");
  client.append("!");
  await client.untilSaved();

  const fetched = new Y.Doc();
  const since = Buffer.from(Y.encodeStateVector(edit)).toString("base64url");
  const update = await ask(`/api/documents/notes%2Fada/update?since=${since}`);
  Y.applyUpdate(fetched, Y.encodeStateAsUpdate(edit));
  Y.applyUpdate(fetched, new Uint8Array(await update.arrayBuffer()));
  assert.equal(fetched.getText("t").toString(), "from outside!");
  const shown = await (await ask("/api/documents/notes%2Fada?text=t")).json();
  assert.deepEqual(shown.state, { t: "from outside!" });
  assert.deepEqual(await (await ask("/api/documents")).json(), { documents: [{ name: "notes/ada", connections: 1 }] });

  const metrics = await (await ask("/metrics")).text();
  for (const name of ["ypp_relay_document_connections 1", "ypp_relay_updates_total 2", "ypp_relay_store_append_seconds_count 2"]) {
    assert.ok(metrics.includes(name), `${name} in ${metrics}`);
  }
  assert.equal((await ask("/api/documents/notes%2Fada/close?reason=kicked", { method: "POST" })).status, 204);
  await until(() => client.events.some(({ event, data }) => event === "close" && data.event.reason === "kicked"), "the client was closed");
  await client.untilSaved(); // and is back
  // Deleted under a client that holds it, the document comes back from there.
  assert.equal((await ask("/api/documents/notes%2Fada", { method: "DELETE" })).status, 204);
  await until(() => client.events.some(({ event, data }) => event === "close" && data.event.reason === "Document Deleted"),
    "the client is told");
  await until(() => client.count("authenticated") === 3, "the client is back");
  await client.untilSaved();
  assert.equal((await readDocument(relay.url, "notes/ada")).text, "from outside!");
  client.destroy();
  await sleep(100);
  assert.equal((await ask("/api/documents/notes%2Fada", { method: "DELETE" })).status, 204);
  assert.equal((await readDocument(relay.url, "notes/ada")).text, "");
  await relay.remove();
});

test("a webhook hears of changes, signed", async () => {
  const hook = await serve(() => ({}));
  const relay = await start(["--listen", "127.0.0.1:0", "--memory", "--open", "--webhook-url", hook.url,
    "--webhook-secret", "key", "--webhook-events", "change,connect,disconnect"]);
  const client = new Client(relay.url, "doc");
  await client.untilSaved();
  const paragraph = new Y.XmlElement("paragraph");
  paragraph.insert(0, [new Y.XmlText("hi")]);
  client.document.getXmlFragment("default").insert(0, [paragraph]);
  await client.untilSaved();
  client.destroy();
  await until(() => hook.asked.some(({ json }) => json.event === "disconnect"), "the end is told");
  await relay.stop(); // tells what was pending
  assert.equal(hook.asked[0].json.event, "connect");
  assert.equal(hook.asked[0].json.payload.documentName, "doc");
  const change = hook.asked.find(({ json }) => json.event === "change");
  assert.deepEqual(change.json.payload.document,
    { default: { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "hi" }] }] } });
  assert.equal(change.headers["x-hocuspocus-signature-256"],
    `sha256=${createHmac("sha256", "key").update(change.body).digest("hex")}`);
  hook.close();
});

test("a database of Hocuspocus is imported, or served on as it is", async () => {
  const file = path.join(folder, "hocuspocus.sqlite");
  const source = new Y.Doc();
  source.getText("t").insert(0, "written by Hocuspocus");
  const db = new DatabaseSync(file);
  db.exec('CREATE TABLE IF NOT EXISTS "documents" ("name" varchar(255) NOT NULL, "data" blob NOT NULL, UNIQUE(name))');
  db.prepare("INSERT INTO documents VALUES (?, ?)").run("old", Y.encodeStateAsUpdate(source));
  db.close();

  const database = path.join(folder, "imported.db");
  const imported = await run(["import", "--hocuspocus-sqlite", file, "--db", database]);
  assert.equal(imported.code, 0, imported.stderr);
  assert.match(imported.stdout, /^1 documents imported/);
  let relay = await start(["--listen", "127.0.0.1:0", "--db", database, "--open"]);
  assert.equal((await readDocument(relay.url, "old")).text, "written by Hocuspocus");
  await relay.stop();

  relay = await start(["--listen", "127.0.0.1:0", "--memory", "--open", "--hocuspocus-sqlite", file]);
  const client = new Client(relay.url, "old");
  await client.untilText("written by Hocuspocus");
  client.append(", and on");
  await client.untilSaved();
  client.destroy();
  await relay.stop();
  const again = new DatabaseSync(file);
  const { data } = again.prepare("SELECT data FROM documents WHERE name = 'old'").get();
  const stored = new Y.Doc();
  Y.applyUpdate(stored, data);
  assert.equal(stored.getText("t").toString(), "written by Hocuspocus, and on");
  again.close();
});

test("a relay that is written to all the time stops at once, and has stored all it acknowledged", async () => {
  const file = path.join(folder, "busy.sqlite");
  const relay = await start(["--listen", "127.0.0.1:0", "--memory", "--open", "--hocuspocus-sqlite", file]);
  const client = new Client(relay.url, "busy");
  await client.untilSaved();
  const typing = setInterval(() => client.append("x"), 1);
  await sleep(300);
  const begin = Date.now();
  const ended = await relay.stop();
  clearInterval(typing);
  assert.deepEqual(ended, { code: 0, signal: null });
  assert.ok(Date.now() - begin < 5_000, "it does not wait for a pause");
  assert.doesNotMatch(relay.log, /did not end in time/);
  const unacknowledged = client.provider.unsyncedChanges;
  const length = client.text.length;
  client.destroy();
  const stored = new Y.Doc();
  const db = new DatabaseSync(file);
  Y.applyUpdate(stored, db.prepare("SELECT data FROM documents WHERE name = 'busy'").get().data);
  db.close();
  assert.ok(stored.getText("t").length >= length - unacknowledged, `${stored.getText("t").length} of ${length}`);
});

test("too many sockets of one address are refused", async () => {
  const relay = await start(["--listen", "127.0.0.1:0", "--memory", "--open", "--max-connections-per-address", "2",
    "--admin-token", "secret", "--trust-forwarded-for"]);
  const port = Number(new URL(relay.url).port);
  const upgrade = (forwarded) => new Promise((resolve) => {
    const request = http.request({ host: "127.0.0.1", port, headers: {
      connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "x-forwarded-for": forwarded } });
    request.on("upgrade", (response, socket) => resolve({ status: response.statusCode, socket }));
    request.on("response", (response) => resolve({ status: response.statusCode }));
    request.end();
  });
  const sockets = [await upgrade("1.1.1.1"), await upgrade("9.9.9.9, 1.1.1.1"), await upgrade("2.2.2.2")];
  assert.deepEqual(sockets.map(({ status }) => status), [101, 101, 101]);
  assert.equal((await upgrade("1.1.1.1")).status, 429);
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: "Bearer secret" } })).text();
  assert.ok(metrics.includes('ypp_relay_refusals_total{reason="connections_per_address"} 1'));
  for (const { socket } of sockets) socket.destroy();
  await relay.stop();
});

test("logs are JSON when that is wanted", async () => {
  const relay = await start(["--listen", "127.0.0.1:0", "--memory", "--open", "--log-format", "json"]);
  await relay.stop();
  const lines = relay.log.trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(lines.some(({ level, message }) => level === "info" && message === "stopped"));
  for (const line of lines) assert.ok(!Number.isNaN(Date.parse(line.time)), line.time);
});

test("the relay tells what it lacks before it starts", async () => {
  for (const args of [["--tls-certificate", "x"], ["--auth-url", "x", "--tokens", "y"]]) {
    assert.equal((await run(["--memory", "--open", ...args])).code, 2);
  }
  const url = await run(["--memory", "--auth-url", "ftp://x"]);
  assert.equal(url.code, 1);
  assert.match(url.stderr, /http/);
  const certificate = await run(["--listen", "127.0.0.1:0", "--memory", "--open", "--tls-certificate", "/none", "--tls-key", "/none"]);
  assert.equal(certificate.code, 1);
  assert.match(certificate.stderr, /certificate \/none/);
});
