import { once } from 'node:events';
import net from 'node:net';

/** A direction in which nothing passes any more, without a FIN or a RST. */
export type Silence = 'both' | 'to the server' | 'to the client';

type Target = { host: string; port: number } | { path: string };

/** A TCP proxy in front of a server that can be made to accept and never answer. */
export interface StallingProxy {
  port: number;
  /** From now on nothing passes, on connections old and new; they stay open. */
  stall(): void;
  /** New connections pass again. The old ones stay as they are: whoever waits on one waits for ever. */
  resume(): void;
  /** Nothing passes any more on the connections that are open; new ones are as they should be. @returns how many fell silent */
  silence(direction: Silence): number;
  /** New connections go there. */
  pointTo(target: Target): void;
  close(): Promise<void>;
}

export async function stallingProxy(first: Target): Promise<StallingProxy> {
  let target = first;
  let stalled = false;
  const pairs = new Set<{ client: net.Socket; upstream: net.Socket; isSilent: boolean }>();
  const sockets = new Set<net.Socket>();
  const keep = (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const drop = (from: net.Socket, to: net.Socket) => {
    from.unpipe(to);
    from.resume();
  };
  const server = net.createServer((client) => {
    keep(client);
    if (stalled) {
      client.resume();
      return;
    }
    const upstream = net.connect(target);
    keep(upstream);
    const pair = { client, upstream, isSilent: false };
    pairs.add(pair);
    client.pipe(upstream).pipe(client);
    client.on('close', () => {
      pairs.delete(pair);
      upstream.destroy();
    });
    upstream.on('close', () => {
      if (!stalled && !pair.isSilent) client.destroy();
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
    silence: (direction) => {
      const talking = [...pairs].filter((pair) => !pair.isSilent);
      for (const pair of talking) {
        pair.isSilent = true;
        if (direction !== 'to the client') drop(pair.client, pair.upstream);
        if (direction !== 'to the server') drop(pair.upstream, pair.client);
      }
      return talking.length;
    },
    pointTo: (next) => {
      target = next;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
