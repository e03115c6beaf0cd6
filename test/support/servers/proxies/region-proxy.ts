import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';

/** A way that a region's proxy may not let through. */
export type Blocked = 'sockets' | 'streams';

/** A proxy of HTTP as regions have them: it can refuse WebSockets and event streams with 403, and cut what is open. */
export interface RegionProxy {
  readonly port: number;
  /** Refuses these from now on; what is open stays open. */
  block(...ways: Blocked[]): void;
  /** Ends every socket and every stream that is open. */
  cut(): void;
  close(): Promise<void>;
}

const refuse = 'HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

export async function regionProxy(target: string): Promise<RegionProxy> {
  const { hostname: host, port } = new URL(target);
  const blocked = new Set<Blocked>();
  const open = new Set<net.Socket>();
  const keep = (socket: net.Socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
  };
  const server = http.createServer((request, response) => {
    const isStream = request.url?.includes('/events/stream') === true;
    if (isStream && blocked.has('streams')) {
      response.writeHead(403).end();
      return;
    }
    if (isStream) keep(request.socket);
    const forwarded = http.request({ host, port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded);
  });
  server.on('upgrade', (request: http.IncomingMessage, client: net.Socket, head: Buffer) => {
    if (blocked.has('sockets')) {
      client.end(refuse);
      return;
    }
    const upstream = net.connect(Number(port), host);
    for (const socket of [client, upstream]) keep(socket);
    const headers = Array.from({ length: request.rawHeaders.length / 2 }, (_, at) =>
      request.rawHeaders.slice(at * 2, at * 2 + 2).join(': '),
    );
    upstream.write(`${String(request.method)} ${String(request.url)} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
    upstream.write(head);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    block: (...ways) => {
      blocked.clear();
      for (const way of ways) blocked.add(way);
    },
    cut: () => {
      for (const socket of open) socket.destroy();
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
