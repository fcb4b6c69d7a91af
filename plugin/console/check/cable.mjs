// The way from a browser to the relay, which can be cut as by a tunnel.
import net from "node:net";

export class Cable {
  // Listens on a port of its own.
  static async to(relayUrl) {
    const { hostname, port } = new URL(relayUrl);
    const cable = new Cable(hostname, Number(port));
    await new Promise((resolve) => cable.server.listen(0, "127.0.0.1", resolve));
    return cable;
  }

  constructor(host, port) {
    this.host = host;
    this.port = port;
    this.whole = true;
    this.sockets = new Set();
    this.server = net.createServer((socket) => this.join(socket));
  }

  through(link) {
    const address = new URL(link);
    address.host = `127.0.0.1:${this.server.address().port}`;
    return address.href;
  }

  join(near) {
    if (!this.whole) return near.destroy();
    const far = net.connect(this.port, this.host);
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.sockets.add(socket);
      socket.pipe(other);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }

  cut() {
    this.whole = false;
    for (const socket of this.sockets) socket.destroy();
  }

  mend() {
    this.whole = true;
  }

  async close() {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
