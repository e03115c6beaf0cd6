import { WardlineError } from '../errors.js';
import type { EventFrame } from '../protocol.js';
import type { Cursor, Hello, Link, LinkContext, LinkEvents, Snapshot, Subscribed, Transport } from '../transports/transport.js';
import type { Report, Request, Wanted } from './messages.js';

/** A tab that is further behind gets a picture instead of the events that it missed. */
const MAX_MISSED = 1000;

/** The tab that has the connection: it follows what any tab wants, and brings each tab to the place where the connection is. */
export class Leader {
  readonly #link: Link;
  #hello: Hello | undefined;
  readonly #tabs = new Map<string, Wanted>();
  /** The place of the link in each department that it follows. */
  readonly #places = new Map<string, Cursor>();
  /** The tab that waits for the answer to a command. */
  readonly #asked = new Map<string, string>();
  readonly #context: LinkContext;
  /** Delivers to one tab, or to all. */
  readonly #report: (report: Report, to?: string) => void;

  constructor(transport: Transport, context: LinkContext, first: [string, Wanted], report: (report: Report, to?: string) => void) {
    this.#context = context;
    this.#report = report;
    this.#tabs.set(...first);
    this.#link = transport.open({ ...context, wanted: () => this.#union() }, this.#events());
  }

  heard(request: Request): void {
    const { from } = request;
    switch (request.kind) {
      case 'join':
        // Says at least that there is a leader; it may still be on its way to the server.
        this.#report(this.#hello ? ['hello', this.#hello] : ['alive'], from);
        this.#follow(from, request.wanted);
        return;
      case 'follow':
        this.#follow(from, request.wanted);
        return;
      case 'restart':
        this.#align(from, request.dept, request.cursor);
        return;
      case 'leave':
        this.#tabs.delete(from);
        this.#followAll();
        return;
      case 'send':
        this.#asked.set(request.id, from);
        this.#link.send?.(request.id, request.type, request.data);
        return;
      case 'ack':
        this.#link.ack(request.dept, request.seq);
        return;
      case 'ping':
        this.#link.ping?.();
    }
  }

  close(): void {
    this.#link.close();
  }

  #events(): LinkEvents {
    return {
      hello: (hello) => {
        this.#hello = hello;
        this.#report(['hello', hello]);
        this.#followAll();
      },
      subscribed: (dept, answer) => {
        this.#subscribed(dept, answer);
      },
      snapshot: (dept, snapshot) => {
        this.#places.set(dept, { after: snapshot.seq, epoch: snapshot.epoch });
        this.#report(['snapshot', dept, snapshot]);
      },
      event: (event: EventFrame) => {
        this.#moved(event.dept, event.seq);
        this.#report(['event', event]);
      },
      skipped: (dept, from, to) => {
        this.#moved(dept, to);
        this.#report(['skipped', dept, from, to]);
      },
      refused: (dept, error) => {
        this.#places.delete(dept);
        for (const [tab, wanted] of this.#tabs) this.#tabs.set(tab, new Map([...wanted].filter(([id]) => id !== dept)));
        this.#report(['refused', dept, error]);
      },
      answer: (id, result) => {
        this.#report(['answer', id, result], this.#asked.get(id));
        this.#asked.delete(id);
      },
      frame: (frame) => {
        this.#report(['frame', frame]);
      },
      alive: () => {
        this.#report(['alive']);
      },
      end: (end) => {
        this.#report(['end', end]);
      },
    };
  }

  /** The link goes on from a place: each tab is brought there from its own. */
  #subscribed(dept: string, { recovered, from, head, epoch }: Subscribed): void {
    if (!recovered) return; // a snapshot follows, for all
    const isNew = !this.#places.has(dept);
    this.#places.set(dept, { after: from - 1, epoch });
    if (isNew) for (const [tab, wanted] of this.#tabs) if (wanted.has(dept)) this.#align(tab, dept, wanted.get(dept), head);
  }

  #moved(dept: string, after: number): void {
    const place = this.#places.get(dept);
    if (place) this.#places.set(dept, { ...place, after });
  }

  #follow(tab: string, wanted: Wanted): void {
    const before = this.#tabs.get(tab);
    this.#tabs.set(tab, wanted);
    this.#followAll();
    for (const [dept, cursor] of wanted) if (!before?.has(dept)) this.#align(tab, dept, cursor);
  }

  #union(): Wanted {
    return new Map([...this.#tabs.values()].flatMap((wanted) => [...wanted]));
  }

  #followAll(): void {
    const union = this.#union();
    for (const dept of this.#places.keys()) if (!union.has(dept)) this.#places.delete(dept);
    if (this.#hello) this.#link.follow(union);
  }

  /** Brings a tab from its place to the link's: by the events between, or by a picture. No other tab notices. */
  #align(tab: string, dept: string, cursor: Cursor | undefined, head = 0): void {
    const place = this.#places.get(dept);
    if (!place) return; // the link is about to bring the beginning to every tab
    if (cursor?.epoch !== place.epoch || place.after - cursor.after > MAX_MISSED) {
      void this.#sendPicture(tab, dept);
      return;
    }
    const { after, epoch } = cursor;
    this.#report(['subscribed', dept, { recovered: true, from: after + 1, head: Math.max(head, place.after), epoch }], tab);
    if (after < place.after) this.#report(['skipped', dept, after + 1, place.after], tab);
  }

  async #sendPicture(tab: string, dept: string): Promise<void> {
    try {
      const path = `/departments/${encodeURIComponent(dept)}/snapshot`;
      const snapshot = (await this.#context.http.request('GET', path)) as Snapshot;
      this.#report(['snapshot', dept, snapshot], tab);
      // The link has brought more while the picture was on its way.
      const after = this.#places.get(dept)?.after ?? 0;
      if (snapshot.seq < after) this.#report(['skipped', dept, snapshot.seq + 1, after], tab);
    } catch (error) {
      const isRefusal = error instanceof WardlineError && (error.status === 403 || error.status === 404);
      if (isRefusal) this.#report(['refused', dept, error], tab);
      else this.#report(['end', { code: 1006 }], tab);
    }
  }
}
