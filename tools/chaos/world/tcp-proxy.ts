import { type AddressInfo, connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';
import type { Random } from '../../simulate/plan/random.js';

/** The end of a connection that believes that nothing has happened. */
export type End = 'client' | 'server';

/** The direction that is silent on a connection. */
export type Silence = 'both' | 'to the server' | 'to the client';

/** A server notices by its own keep-alive that a client is gone. */
const SERVER_NOTICES_MS = 8000;

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Cut on one side only: what still arrives is dropped. */
  isHalf: boolean;
}

/** A socket of the file system knows no reset: its end is as sudden. */
function cut(end: Socket): void {
  if (end.remoteFamily === undefined) end.destroy();
  else end.resetAndDestroy();
}

/** Drops all data from one end. */
function drop(from: Socket, to: Socket): void {
  from.unpipe(to);
  from.resume();
}

/** A proxy between clients and a server that lets the network fail: resets, stalls, and connections of which one end is gone. */
export class TcpProxy {
  private readonly pairs = new Set<Pair>();
  /** Every open connection of a client, also one whose other end is long gone. */
  private readonly clients = new Set<Socket>();
  private readonly waiting = new Set<Socket>();
  private isStalled = false;
  private readonly timers = new Set<NodeJS.Timeout>();

  private constructor(
    private readonly listener: Server,
    private readonly target: () => NetConnectOpts | undefined,
  ) {
    listener.on('connection', (client) => {
      this.accept(client);
    });
  }

  /** @param target where connections go, asked for each; undefined: nobody is there, and the client is reset */
  static async listen(target: () => NetConnectOpts | undefined): Promise<TcpProxy> {
    const listener = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(0, '127.0.0.1', resolve);
    });
    return new TcpProxy(listener, target);
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Both ends of a share of the connections get a reset. @returns how many connections */
  reset(share: number, random: Random): number {
    const chosen = this.choose(share, random);
    for (const { client, server } of chosen) {
      cut(client);
      cut(server);
    }
    return chosen.length;
  }

  /**
   * Cuts one end of a share of the connections; the other end does not learn of it.
   * @returns how many connections
   */
  halfOpen(share: number, survivor: End, random: Random): number {
    const chosen = this.choose(share, random).filter((pair) => !pair.isHalf);
    for (const pair of chosen) {
      const [left, gone] = survivor === 'client' ? [pair.client, pair.server] : [pair.server, pair.client];
      pair.isHalf = true;
      left.unpipe();
      gone.unpipe();
      left.resume();
      cut(gone);
    }
    return chosen.length;
  }

  /**
   * Every connection that is open falls silent at this instant, without a word to either end; new ones work. The server's ends are
   * reset after a while, as by its keep-alive. @returns how many connections
   */
  silence(direction: Silence): number {
    const silent = [...this.pairs].filter((pair) => !pair.isHalf);
    for (const pair of silent) {
      pair.isHalf = true;
      if (direction !== 'to the client') drop(pair.client, pair.server);
      if (direction !== 'to the server') drop(pair.server, pair.client);
    }
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      for (const pair of silent) {
        cut(pair.server);
        this.pairs.delete(pair);
      }
    }, SERVER_NOTICES_MS);
    this.timers.add(timer);
    return silent.length;
  }

  /** Nothing passes in either direction, and nobody new gets through, until the function that is returned is called. */
  stall(): () => void {
    this.isStalled = true;
    for (const { client, server, isHalf } of this.pairs) {
      if (isHalf) continue;
      for (const end of [client, server]) {
        end.unpipe();
        end.pause();
      }
    }
    return () => {
      this.isStalled = false;
      for (const pair of this.pairs) if (!pair.isHalf) this.join(pair);
      for (const client of this.waiting) this.forward(client);
      this.waiting.clear();
    };
  }

  /** Ends every connection. The listener is closed only when the last client's end is. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.listener.close(resolve));
    for (const timer of this.timers) clearTimeout(timer);
    for (const client of this.clients) client.destroy();
    for (const { server } of this.pairs) server.destroy();
    await closed;
  }

  private choose(share: number, random: Random): Pair[] {
    return [...this.pairs].filter(() => random() < share);
  }

  private accept(client: Socket): void {
    client.on('error', () => undefined);
    this.clients.add(client);
    client.once('close', () => this.clients.delete(client));
    if (this.isStalled) {
      this.waiting.add(client);
      client.once('close', () => this.waiting.delete(client));
    } else this.forward(client);
  }

  private forward(client: Socket): void {
    const target = this.target();
    if (target === undefined || client.destroyed) {
      cut(client);
      return;
    }
    const server = connect({ ...target, allowHalfOpen: true });
    const pair: Pair = { client, server, isHalf: false };
    this.pairs.add(pair);
    client.setNoDelay(true);
    server.setNoDelay(true);
    server.on('error', () => undefined);
    // A process that is killed resets; that must not look like an orderly end on the other side.
    server.once('close', (hadError) => {
      this.ended(pair, client, hadError);
    });
    client.once('close', (hadError) => {
      this.ended(pair, server, hadError);
    });
    if (!this.isStalled) this.join(pair);
  }

  private join({ client, server }: Pair): void {
    client.pipe(server);
    server.pipe(client);
  }

  private ended(pair: Pair, other: Socket, hadError: boolean): void {
    if (pair.isHalf && !other.destroyed) return;
    this.pairs.delete(pair);
    if (other.destroyed) return;
    if (hadError) cut(other);
    else other.destroySoon();
  }
}
