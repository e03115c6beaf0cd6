import { setTimeout as sleep } from 'node:timers/promises';
import { decodeFrame } from '../client/socket/frames.js';
import type { HttpClient } from '../client/http-client.js';
import { LiveSocket } from '../client/socket/live-socket.js';
import { eachLimited } from '../client/patience.js';
import { Session } from '../client/session.js';
import type { OwnWardline } from './own-wardline.js';

const CONNECTING_AT_ONCE = 16;
const PATIENCE_MS = 60_000;
const LOOK_MS = 20;

/** The events of one screen. */
interface Screen {
  readonly live: LiveSocket;
  readonly session: Session;
  readonly dept: string;
}

/** How a connection ended that had been live, and when (`performance.now()`). */
interface Ending {
  readonly at: number;
  readonly why: string;
}

/** Screens that follow the demo hospital's departments and come back by the protocol's rules. */
export class Screens {
  /** Seconds until the return that clients were given, and the time of it (`performance.now()`). */
  readonly told: { at: number; reconnectIn: number }[] = [];
  readonly endings: Ending[] = [];
  /** Attempts to come back that failed. */
  readonly attempts = new Map<string, number>();
  readonly troubles: string[] = [];
  private readonly all: Screen[] = [];

  /** Signs people in and opens so many sockets for them, all live when it resolves. */
  async open(wardline: OwnWardline, http: HttpClient, count: number): Promise<void> {
    const people = wardline.firstRun.staff.filter(({ departments }) => departments.length > 0);
    const sessions = new Map<string, Session>();
    for (const { username, password } of people) sessions.set(username, await Session.signIn(http, username, password));
    const places = Array.from({ length: count }, (_, index) => people[index % people.length]);
    await eachLimited(places, CONNECTING_AT_ONCE, async (person) => {
      const session = person && sessions.get(person.username);
      const dept = person?.departments[0];
      if (session && dept !== undefined) await this.openOne(wardline, session, dept);
    });
  }

  get size(): number {
    return this.all.length;
  }

  get live(): number {
    return this.all.filter(({ live }) => live.isLive).length;
  }

  /** @throws Error when they do not all come back */
  async allLive(): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (this.live < this.size) {
      if (performance.now() > giveUpAt) throw new Error(`${String(this.size - this.live)} screens did not come back`);
      await sleep(LOOK_MS);
    }
  }

  /** Compares every screen with the log's head. @returns events that are missing at screens, and other defects */
  async check(): Promise<{ missing: number; defects: number; events: number; skipped: number }> {
    const heads = new Map<string, number>();
    for (const { dept, session } of this.all) {
      if (heads.has(dept)) continue;
      const answer = await session.must('GET', `/api/v1/departments/${dept}/events?limit=1`);
      heads.set(dept, (answer.body as { head: number }).head);
    }
    const giveUpAt = performance.now() + PATIENCE_MS;
    const isBehind = ({ live, dept }: Screen) => (live.stream.last ?? 0) < (heads.get(dept) ?? 0);
    while (this.all.some(isBehind) && performance.now() < giveUpAt) await sleep(LOOK_MS);
    let [missing, defects, events, skipped] = [0, 0, 0, 0];
    for (const { live, dept } of this.all) {
      const { stream } = live;
      events += stream.received;
      skipped += stream.skippedEvents;
      missing += stream.missing + stream.steppedOver + Math.max(0, (heads.get(dept) ?? 0) - (stream.last ?? 0));
      defects += stream.outOfOrder + stream.gaps;
    }
    return { missing, defects: defects + this.troubles.length, events, skipped };
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ live }) => live.close()));
  }

  private async openOne(wardline: OwnWardline, session: Session, dept: string): Promise<void> {
    let wasLive = false;
    const live = new LiveSocket(
      {
        target: wardline.target,
        cookie: session.cookie,
        dept,
        decode: (bytes) => {
          const frame = decodeFrame(bytes.toString('utf8'));
          if (frame.kind === 'hello') wasLive = true;
          if (frame.kind === 'server_shutdown') this.told.push({ at: performance.now(), reconnectIn: frame.reconnect_in });
          return frame;
        },
        isSessionAlive: () => session.isAlive(),
        random: Math.random,
      },
      {
        event: () => undefined,
        lost: (why) => {
          if (wasLive) this.endings.push({ at: performance.now(), why });
          else this.attempts.set(why, (this.attempts.get(why) ?? 0) + 1);
          wasLive = false;
        },
        trouble: (code, detail) => this.troubles.push(`${code}: ${detail}`),
      },
    );
    this.all.push({ live, session, dept });
    live.connect();
    if (!(await live.whenLive(PATIENCE_MS))) throw new Error('a screen could not connect');
  }
}
