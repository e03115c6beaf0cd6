import { inParallel, type Place, routesTo } from './connecting.js';
import { type DialectName, DIALECTS } from './frames/dialects.js';
import { Reader } from './reader.js';

export interface Connecting {
  readonly place: Place;
  readonly dialect: DialectName;
  readonly count: number;
  readonly atOnce: number;
  /** The sessions' cookies, in turns; none when nobody signs in. */
  readonly cookies: readonly string[];
  /** The departments that they follow, in turns. */
  readonly departments: readonly string[];
}

export interface Connected {
  readonly ready: number;
  /** By reason. */
  readonly failed: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly cipher: string | undefined;
}

/** The figures of a group since its mark. */
export interface Tally {
  readonly readers: number;
  /** Readers that are no longer connected. */
  readonly lost: number;
  readonly least_bytes: number;
  readonly most_bytes: number;
  /** Over all readers: how often a socket had something. */
  readonly reads: number;
  /** The first reader's findings in the frames. */
  readonly events: number;
  readonly event_bytes: number;
  /** Bytes of frames that are no events, and that all of the group get. */
  readonly other_bytes: number;
}

/** Readers of one server. */
export class ReaderGroup {
  private readonly readers: Reader[] = [];
  private lost = 0;

  async connect({ place, dialect, count, atOnce, cookies, departments }: Connecting): Promise<Connected> {
    const route = routesTo(place, DIALECTS[dialect], cookies);
    const failed: Record<string, number> = {};
    const started = performance.now();
    await inParallel(count, atOnce, (n) => {
      return new Promise<void>((resolve) => {
        const dept = departments[n % departments.length] ?? '';
        const reader = new Reader(route(n), DIALECTS[dialect], dept, n === 0, {
          ready: () => {
            this.readers.push(reader);
            resolve();
          },
          ended: (why) => {
            if (reader.isReady) this.lost += 1;
            else failed[why] = (failed[why] ?? 0) + 1;
            resolve();
          },
        });
      });
    });
    const seconds = (performance.now() - started) / 1000;
    return { ready: this.readers.length, failed, seconds, cipher: this.readers[0]?.raw.cipher };
  }

  mark(): void {
    for (const reader of this.readers) reader.mark();
  }

  tally(): Tally {
    const first = this.readers.find((reader) => reader.verifies);
    const bytes = this.readers.map((reader) => reader.bytes);
    return {
      readers: this.readers.length,
      lost: this.lost,
      least_bytes: Math.min(...bytes),
      most_bytes: Math.max(...bytes),
      reads: this.readers.reduce((sum, reader) => sum + reader.reads, 0),
      events: first?.events ?? 0,
      event_bytes: first?.eventBytes ?? 0,
      other_bytes: first?.otherBytes ?? 0,
    };
  }

  cut(): void {
    for (const reader of this.readers.splice(0)) reader.raw.cut();
    this.lost = 0;
  }
}
