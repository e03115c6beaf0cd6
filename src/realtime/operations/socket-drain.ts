import { randomInt } from 'node:crypto';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { CLOSE_CODES, type CloseCode } from '../connection/close-codes.js';
import type { Connection } from '../connection/connection.js';
import { Connections } from '../connection/connections.js';

/** The least wait of a client, in milliseconds: more than this. */
const LEAST_RECONNECT_MS = 500;
/** Between the closes of two sockets, in milliseconds; less where the window is too short for that many. */
const CLOSE_SPACING_MS = 5;
/** How often a socket is looked at that is not ready to be closed. */
const LOOK_MS = 20;
/** Sockets that get the frame in one turn. */
const TOLD_AT_ONCE = 500;

/** How this node's clients are sent on, while everything under their sockets still works. */
@Injectable()
export class SocketDrain implements BeforeApplicationShutdown {
  constructor(private readonly connections: Connections) {}

  /** Sockets that are still there. */
  get left(): number {
    return this.connections.size;
  }

  /**
   * Sends every client its time to come back, at random between half a second and `reconnectSec`.
   * @returns how many were told
   */
  async tell(reconnectSec: number): Promise<number> {
    const all = [...this.connections.all()];
    for (const [index, connection] of all.entries()) {
      const waitMs = randomInt(LEAST_RECONNECT_MS, reconnectSec * 1000) + 1;
      connection.send({ type: 'server_shutdown', reconnect_in: waitMs / 1000 });
      if (index % TOLD_AT_ONCE === TOLD_AT_ONCE - 1) await turn();
    }
    return all.length;
  }

  /**
   * Closes all connections, in random order and one after another: 5 ms apart, closer where the time is too short for that. Each is
   * closed once its commands are answered and its outbox is empty: a slow one has until the deadline, and keeps no other waiting.
   * Resolves when all are gone.
   * @param deadline on the clock of `performance.now()`
   * @returns how many had to be closed unready
   */
  async close(code: CloseCode, deadline: number): Promise<number> {
    const all = shuffled([...this.connections.all()]);
    const start = performance.now();
    const spacing = Math.min(CLOSE_SPACING_MS, Math.max(0, deadline - start) / (all.length + 1));
    const leaving: Promise<boolean>[] = [];
    for (const [index, connection] of all.entries()) {
      const wait = start + index * spacing - performance.now();
      await (wait > 0 ? sleep(wait) : turn());
      leaving.push(closeWhenReady(connection, code, deadline));
    }
    const ready = await Promise.all(leaving);
    return ready.filter((wasReady) => !wasReady).length;
  }

  /** Nest's own way to end, without a drain before: at once. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([...this.connections.all()].map((connection) => end(connection, CLOSE_CODES.GOING_AWAY)));
  }
}

async function closeWhenReady(connection: Connection, code: CloseCode, deadline: number): Promise<boolean> {
  connection.windUp();
  while (isBusy(connection) && performance.now() < deadline) await sleep(LOOK_MS);
  const wasReady = !isBusy(connection);
  await end(connection, code);
  return wasReady;
}

function isBusy(connection: Connection): boolean {
  return connection.isOpen && (connection.hasCommands || connection.pendingBytes > 0);
}

function end(connection: Connection, { code, meaning }: CloseCode): Promise<void> {
  connection.close(code, meaning);
  return connection.closed;
}

/** Fisher and Yates. */
function shuffled<T>(items: T[]): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [items[last], items[other]] = [items[other] as T, items[last] as T];
  }
  return items;
}
