import { once } from 'node:events';
import net from 'node:net';

/** A TCP proxy in front of a server that can be made to accept and never answer. */
export interface StallingProxy {
  port: number;
  /** From now on nothing passes, on connections old and new; they stay open. */
  stall(): void;
  /** New connections pass again. The old ones stay as they are: whoever waits on one waits for ever. */
  resume(): void;
  close(): Promise<void>;
}

export async function stallingProxy(target: { host: string; port: number } | { path: string }): Promise<StallingProxy> {
  let stalled = false;
  const sockets = new Set<net.Socket>();
  const keep = (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = net.createServer((client) => {
    keep(client);
    if (stalled) {
      client.resume();
      return;
    }
    const upstream = net.connect(target);
    keep(upstream);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => {
      if (!stalled) client.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    stall: () => {
      stalled = true;
      for (const socket of sockets) {
        socket.unpipe();
        socket.resume();
      }
    },
    resume: () => {
      stalled = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
