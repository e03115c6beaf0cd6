import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from, to } from 'pg-copy-streams';
import type { BoundedClient } from '../bounded-client.js';

/** A server that moves nothing for so long, while it is asked to, has fallen silent. */
const SILENCE_MS = 60_000;

/** Ends the connection of a COPY in which the server has fallen silent. The owner calls `stop` when the COPY is over. */
class SilenceWatch {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly client: BoundedClient) {}

  /** The server is asked for something from now on. */
  asked(): void {
    this.stop();
    this.timer = setTimeout(() => {
      this.client.destroy(new Error('the database fell silent in a COPY'));
    }, SILENCE_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

/**
 * Reads by COPY, in memory that does not grow with the table.
 * @param take is given each piece; the next one comes when it has settled
 * @returns the number of rows
 */
export async function copyOut(client: BoundedClient, text: string, take: (piece: Buffer) => Promise<void>): Promise<number> {
  const rows = client.query(to(text));
  const watch = new SilenceWatch(client);
  try {
    watch.asked();
    for await (const piece of rows as AsyncIterable<Buffer>) {
      watch.stop();
      await take(piece);
      watch.asked();
    }
    return rows.rowCount;
  } finally {
    watch.stop();
  }
}

/** Writes by COPY, in memory that does not grow with the table. @returns the number of rows */
export async function copyIn(client: BoundedClient, text: string, pieces: AsyncIterable<Buffer>): Promise<number> {
  const rows: Writable & { rowCount: number } = client.query(from(text));
  const watch = new SilenceWatch(client);
  const watched = async function* () {
    for await (const piece of pieces) {
      watch.asked();
      yield piece;
      watch.stop();
    }
    watch.asked();
  };
  try {
    await pipeline(Readable.from(watched(), { objectMode: false }), rows);
    return rows.rowCount;
  } finally {
    watch.stop();
  }
}
