import { once } from 'node:events';
import net from 'node:net';

/** A direction in which nothing passes any more, without a FIN or a RST. */
export type Silence = 'both' | 'to the server' | 'to the client';

/** The place of a server: a port, or a socket of the file system. */
export type Target = { host: string; port: number } | { path: string };

/** A TCP proxy in front of a server that can be made to accept and never answer. */
export interface StallingProxy {
  port: number;
  /** From now on nothing passes, on connections old and new; they stay open. */
  stall(): void;
  /** New connections pass again. The old ones stay as they are: whoever waits on one waits for ever. */
  resume(): void;
  /** Nothing passes any more on the connections that are open; new ones are as they should be. @returns how many fell silent */
  silence(direction: Silence): number;
  /** Ends the connections that are open, without a word. @returns how many */
  cut(): number;
  /** Nothing passes on the connections that are open until the answer is called; then everything does. */
  hold(): () => void;
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
    cut: () => {
      const cut = [...pairs];
      for (const { client, upstream } of cut) {
        client.resetAndDestroy();
        upstream.destroy();
      }
      return cut.length;
    },
    hold: () => {
      const held = [...pairs].filter((pair) => !pair.isSilent);
      for (const { client, upstream } of held) for (const socket of [client, upstream]) socket.unpipe().pause();
      return () => {
        for (const { client, upstream } of held) if (!client.destroyed && !upstream.destroyed) client.pipe(upstream).pipe(client);
      };
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
