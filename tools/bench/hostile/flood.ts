import { connect, type Socket } from 'node:net';

const STATUS = /HTTP\/1\.1 (\d{3}) /g;
/** A status line that two chunks share. */
const CARRIED = 12;

/** One attacker's requests. */
export interface Flood {
  readonly port: number;
  /** Loopback address that it comes from: limits count by address. */
  readonly from: string;
  /** Requests as they go over the wire; sent in turn. */
  readonly requests: readonly string[];
  readonly connections: number;
  /** Requests that a connection sends before it waits for their answers; 1 is an ordinary client in a loop. */
  readonly batch: number;
  /** Batches of a connection at most; the flood is bounded in time in any case. */
  readonly batches: number;
  readonly forMs: number;
}

/** Answers by their status; `cut` counts connections that the server ended. */
export type FloodTally = Readonly<Record<string, number>>;

/** Sends batch after batch on each connection until the time is over. */
export async function flood({ port, from, requests, connections, batch, batches, forMs }: Flood): Promise<FloodTally> {
  const tally: Record<string, number> = {};
  const count = (what: string) => (tally[what] = (tally[what] ?? 0) + 1);
  const until = performance.now() + forMs;
  await Promise.all(
    Array.from({ length: connections }, (_, n) =>
      attack(connect({ port, host: '127.0.0.1', localAddress: from }), { requests, batch, batches, first: n * batch, until, count }),
    ),
  );
  return tally;
}

interface Attack {
  readonly requests: readonly string[];
  readonly batch: number;
  readonly batches: number;
  readonly first: number;
  readonly until: number;
  readonly count: (what: string) => void;
}

function attack(socket: Socket, { requests, batch, batches, first, until, count }: Attack): Promise<void> {
  const mostRequests = batch * batches;
  let sent = 0;
  let answered = 0;
  let carried = '';
  const send = () => {
    const next = Array.from({ length: batch }, (_, n) => requests[(first + sent + n) % requests.length] ?? '');
    sent += batch;
    socket.write(next.join(''));
  };
  socket.on('data', (chunk: Buffer) => {
    const text = carried + chunk.toString('latin1');
    for (const [, status] of text.matchAll(STATUS)) {
      answered += 1;
      count(status ?? '');
    }
    carried = text.slice(-CARRIED);
    if (answered < sent) return;
    if (sent < mostRequests && performance.now() < until) send();
    else socket.end();
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), until - performance.now());
    socket.on('error', () => undefined);
    socket.once('connect', send);
    socket.once('close', () => {
      clearTimeout(timer);
      if (performance.now() < until - 1 && answered < mostRequests) count('cut');
      resolve();
    });
  });
}
