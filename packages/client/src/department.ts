import { Emitter, type Undo } from './emitter.js';
import type { ErrorBody } from './errors.js';
import type { AnyEvent, DepartmentState, EventFrame, Proof, Protocol } from './protocol.js';
import { type Picture, reduce } from './reduce.js';
import type { Cursor, Snapshot, Subscribed } from './transports/transport.js';

const EMPTY: DepartmentState = Object.freeze({ calls: [], staff: [], seq: 0, epoch: '', live: false });
/** Events that wait while a skipped range is fetched. More: a fresh snapshot is cheaper. */
const MAX_HELD = 2000;

/** A department for screens: its picture, its events. One subscription serves all who ask. */
export interface Department<P extends Protocol> {
  readonly id: string;
  /** The picture now; the same object until something changed. */
  readonly getSnapshot: () => DepartmentState;
  /** Calls `onChange` after each change of the picture. The first one opens the subscription, the last undo ends it. */
  readonly subscribe: (onChange: () => void) => Undo;
  /** Calls `listener` with each event of a type, or with every event for `*`, in the log's order. */
  on<T extends Extract<keyof P['events'], string>>(type: T, listener: (event: EventFrame<T, P['events'][T]>) => void): Undo;
  on(type: '*', listener: (event: AnyEvent<P>) => void): Undo;
}

/** The parts of the client that a department uses. */
export interface DepartmentHost {
  /** Somebody asks for it now, or nobody any more. */
  wanted(dept: string, isWanted: boolean): void;
  /** Follow it anew from its cursor. */
  restart(dept: string): void;
  /** Shown up to this event. */
  shown(dept: string, seq: number): void;
  /** A page of the log. */
  page(dept: string, after: number, limit: number, signal: AbortSignal): Promise<{ items: readonly Omit<EventFrame, 'dept'>[] }>;
  report(error: ErrorBody & { dept: string }): void;
}

export class DepartmentStore<P extends Protocol> implements Department<P> {
  #state = EMPTY;
  readonly #emitter = new Emitter<Record<string, EventFrame>>();
  #users = 0;
  #target = 0;
  #held: (() => void)[] | undefined;
  #fetching: AbortController | undefined;
  #counts = { events: 0, snapshots: 0, skippedFetched: 0, gaps: 0, duplicatesDropped: 0 };

  readonly #host: DepartmentHost;

  constructor(
    readonly id: string,
    host: DepartmentHost,
  ) {
    this.#host = host;
  }

  readonly getSnapshot = (): DepartmentState => this.#state;

  readonly subscribe = (onChange: () => void): Undo => {
    return this.#use(this.#emitter.on('', onChange));
  };

  on(type: string, listener: (event: never) => void): Undo {
    return this.#use(this.#emitter.on(type, listener as (event: EventFrame) => void));
  }

  get proof(): Proof {
    return { ...this.#counts };
  }

  /** The position to go on from; undefined: a snapshot. */
  get cursor(): Cursor | undefined {
    const { seq, epoch } = this.#state;
    return epoch ? { after: seq, epoch } : undefined;
  }

  subscribed({ recovered, head, epoch }: Subscribed): void {
    if (!recovered) return; // a snapshot follows
    this.#target = head;
    this.#change({ ...this.#state, epoch, live: this.#state.seq >= head && !this.#held });
  }

  snapshot({ seq, epoch, data }: Snapshot): void {
    this.#stopFetching();
    this.#counts.snapshots += 1;
    const { calls = [], staff = [] } = data as Partial<Picture>;
    this.#target = seq;
    this.#change({ calls, staff, seq, epoch, live: true });
    this.#acknowledge();
  }

  event(event: EventFrame): void {
    this.#inOrder(() => {
      this.#apply(event);
    });
  }

  /** A range that the server left out for a slow reader: fetched, with everything later waiting behind it. */
  skipped(from: number, to: number): void {
    this.#inOrder(() => {
      if (to <= this.#state.seq) return;
      this.#held = [];
      void this.#fetchSkipped(Math.max(from, this.#state.seq + 1), to);
    });
  }

  /** The link is gone: the picture may be old. */
  lost(): void {
    this.#stopFetching();
    if (this.#state.live) this.#change({ ...this.#state, live: false });
  }

  /** Forgets everything: the screen must show nothing of it. @param refused the code of a refusal */
  clear(refused?: string): void {
    this.#stopFetching();
    this.#change({ ...EMPTY, refused });
  }

  #use(undo: () => unknown): Undo {
    this.#users += 1;
    if (this.#users === 1) this.#host.wanted(this.id, true);
    let used = true;
    return () => {
      if (!used) return;
      used = false;
      undo();
      this.#users -= 1;
      if (this.#users === 0) this.#host.wanted(this.id, false);
    };
  }

  #apply(event: EventFrame): void {
    const { seq } = this.#state;
    if (event.seq <= seq) {
      this.#counts.duplicatesDropped += 1;
      return;
    }
    if (event.seq !== seq + 1) {
      this.#counts.gaps += 1;
      this.#host.report({
        ...{ dept: this.id, code: 'GAP', retryable: true },
        message: `${String(event.seq)} after ${String(seq)}`,
      });
      this.#change({ ...this.#state, live: false });
      this.#host.restart(this.id);
      return;
    }
    this.#counts.events += 1;
    const { calls, staff }: Picture = reduce(this.#state, event);
    this.#change({ calls, staff, seq: event.seq, epoch: this.#state.epoch, live: this.#state.live || event.seq >= this.#target });
    this.#emitter.emit(event.type, event);
    this.#emitter.emit('*', event);
    this.#acknowledge();
  }

  async #fetchSkipped(from: number, to: number): Promise<void> {
    const request = new AbortController();
    this.#fetching = request;
    try {
      for (let after = from - 1; after < to;) {
        const { items } = await this.#host.page(this.id, after, Math.min(to - after, 200), request.signal);
        if (this.#fetching !== request) return;
        const last = items.at(-1);
        if (!last || items[0]?.seq !== after + 1) {
          this.#startOver();
          return;
        }
        for (const item of items) this.#apply({ ...item, dept: this.id });
        this.#counts.skippedFetched += items.length;
        after = last.seq;
      }
      this.#release();
    } catch {
      if (this.#fetching === request) this.#startOver();
    }
  }

  /** Events that come while a range is fetched wait behind it. */
  #inOrder(act: () => void): void {
    if (!this.#held) act();
    else if (this.#held.length < MAX_HELD) this.#held.push(act);
    else this.#startOver();
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#fetching = undefined;
    this.#held = undefined;
    for (const later of held) this.#inOrder(later); // one of them may be the next range
  }

  /** The hole cannot be filled: a fresh snapshot replaces it. */
  #startOver(): void {
    this.#stopFetching();
    this.#change({ ...this.#state, epoch: '', live: false });
    this.#host.restart(this.id);
  }

  #stopFetching(): void {
    this.#fetching?.abort();
    this.#fetching = undefined;
    this.#held = undefined;
  }

  #change(next: DepartmentState): void {
    this.#state = Object.freeze(next);
    this.#emitter.emit('', undefined as never); // no type of event is empty
  }

  /** After the listeners ran: that is what the screen has shown. */
  #acknowledge(): void {
    if (this.#users > 0) this.#host.shown(this.id, this.#state.seq);
  }
}
