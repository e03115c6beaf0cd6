import type pg from 'pg';
import type { BoundedClient } from '../bounded-client.js';

/** Pieces of a table are about so large. */
const PIECE_BYTES = 64 * 1024;
/** A server that hands out nothing for so long, while it is asked to, has fallen silent. */
const SILENCE_MS = 60_000;
const WATCH_MS = 5000;

/** The parts of the driver's connection that its types leave out. */
interface Wire {
  readonly stream: {
    readonly writableNeedDrain: boolean;
    readonly destroyed: boolean;
    pause(): void;
    resume(): void;
    once(event: 'drain' | 'close', listener: () => void): void;
    off(event: 'drain' | 'close', listener: () => void): void;
  };
  query(text: string): void;
  sendCopyFromChunk(piece: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** One COPY. The driver calls `submit` and the `handle…` methods, as those of its own queries. */
abstract class Copy implements pg.Submittable {
  /** Rows, once the server has counted them. */
  protected rows = 0;
  protected wire: Wire | undefined;
  private settle: { resolve: (rows: number) => void; reject: (error: unknown) => void } | undefined;
  readonly done = new Promise<number>((resolve, reject) => {
    this.settle = { resolve, reject };
  });

  constructor(readonly text: string) {}

  submit(connection: pg.Connection): void {
    this.wire = connection as unknown as Wire;
    this.wire.query(this.text);
  }

  handleCommandComplete({ text = '' }: { text?: string }): void {
    this.rows = Number(text.replace('COPY ', ''));
  }

  abstract handleReadyForQuery(): void;
  abstract handleError(error: unknown): void;

  protected end(): void {
    this.settle?.resolve(this.rows);
  }

  protected fail(error: unknown): void {
    this.settle?.reject(error);
  }
}

/** COPY … TO STDOUT. While the taker has not taken a piece, no more is read from the server. */
class CopyOut extends Copy {
  private piece = Buffer.allocUnsafe(PIECE_BYTES);
  private length = 0;
  private taken: Promise<void> = Promise.resolve();
  private isTaking = false;
  private heardAt = performance.now();
  private readonly watch: NodeJS.Timeout;

  constructor(
    text: string,
    private readonly take: (piece: Buffer) => Promise<void>,
    private readonly giveUp: (error: Error) => void,
  ) {
    super(text);
    this.watch = setInterval(() => {
      if (!this.isTaking && performance.now() - this.heardAt > SILENCE_MS) this.giveUp(new Error('the database fell silent in a COPY'));
    }, WATCH_MS).unref();
  }

  /** The driver reuses the chunk's memory behind our back: it is copied at once. */
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    this.heardAt = performance.now();
    for (let at = 0; at < chunk.length;) {
      const copied = chunk.copy(this.piece, this.length, at);
      at += copied;
      this.length += copied;
      if (this.length === PIECE_BYTES) this.hand();
    }
  }

  override handleReadyForQuery(): void {
    clearInterval(this.watch);
    this.hand();
    this.taken.then(
      () => {
        this.end();
      },
      (error: unknown) => {
        this.fail(error);
      },
    );
  }

  override handleError(error: unknown): void {
    clearInterval(this.watch);
    this.fail(error);
  }

  private hand(): void {
    if (this.length === 0) return;
    const piece = this.piece.subarray(0, this.length);
    this.piece = Buffer.allocUnsafe(PIECE_BYTES);
    this.length = 0;
    this.wire?.stream.pause();
    this.isTaking = true;
    const taken = this.taken.then(() => this.take(piece));
    this.taken = taken;
    taken.then(
      () => {
        if (this.taken !== taken) return;
        this.isTaking = false;
        this.heardAt = performance.now();
        this.wire?.stream.resume();
      },
      (error: unknown) => {
        this.giveUp(error instanceof Error ? error : new Error('the piece was not taken'));
        this.handleError(error);
      },
    );
  }
}

/** COPY … FROM STDIN. A piece is asked for once the server has taken the one before it. */
class CopyIn extends Copy {
  private failure: unknown;
  private isOver = false;

  constructor(
    text: string,
    private readonly pieces: AsyncIterable<Buffer>,
  ) {
    super(text);
  }

  handleCopyInResponse(): void {
    if (this.wire) void this.send(this.wire);
  }

  override handleReadyForQuery(): void {
    if (this.failure === undefined) this.end();
    else this.fail(this.failure);
  }

  override handleError(error: unknown): void {
    this.isOver = true;
    // After our own failure the server only repeats it.
    this.fail(this.failure ?? error);
  }

  private async send(wire: Wire): Promise<void> {
    try {
      for await (const piece of this.pieces) {
        if (this.isOver || wire.stream.destroyed) return;
        wire.sendCopyFromChunk(piece);
        if (wire.stream.writableNeedDrain) await drained(wire);
      }
      if (!this.isOver) wire.endCopyFrom();
    } catch (error) {
      this.failure = error;
      if (!this.isOver) wire.sendCopyFail('given up');
    }
  }
}

function drained({ stream }: Wire): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
  });
}

/**
 * Reads by COPY, in memory that does not grow with the table.
 * @param take is given each piece; the next one comes when it has settled
 * @returns the number of rows
 */
export function copyOut(client: BoundedClient, text: string, take: (piece: Buffer) => Promise<void>): Promise<number> {
  const copy = new CopyOut(text, take, (error) => {
    client.destroy(error);
  });
  client.query(copy);
  return copy.done;
}

/** Writes by COPY, in memory that does not grow with the table. @returns the number of rows */
export function copyIn(client: BoundedClient, text: string, pieces: AsyncIterable<Buffer>): Promise<number> {
  const copy = new CopyIn(text, pieces);
  client.query(copy);
  return copy.done;
}
