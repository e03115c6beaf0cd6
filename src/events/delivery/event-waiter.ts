import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { EndedSessions } from '../../identity/access/ended-sessions.js';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { DomainError } from '../../platform/common/errors.js';
import { newId } from '../../platform/common/values/ids.js';
import { ServerState } from '../../platform/common/server-state.js';
import { SetIndex } from '../../platform/common/collections/set-index.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { LogSubscriberFactory } from './log-subscriber-factory.js';

/** An observer of people who wait with a long poll: they count as connected, as with a socket. Must not throw. */
export interface WaitObserver {
  began(wait: { id: string; principal: ReaderPrincipal }): void;
  ended(wait: { id: string; principal: ReaderPrincipal }): void;
}

/** Requests that wait for a department's next event: long polls. */
@Injectable()
export class EventWaiter implements OnModuleInit {
  private readonly waiting = new Set<() => void>();
  /** The part of `waiting` that belongs to people. Stations have as many places of their own. */
  private waitingPeople = 0;
  private waitingStations = 0;
  /** Waiting stations, the oldest first. */
  private readonly stations = new SetIndex<string, AbortController>();
  /** Waiting people by session, the oldest first. */
  private readonly people = new SetIndex<string, AbortController>();
  private readonly byStaff = new SetIndex<string, AbortController>();
  private readonly observers: WaitObserver[] = [];

  constructor(
    private readonly subscribers: LogSubscriberFactory,
    private readonly state: ServerState,
    private readonly limits: LiveLimits,
    private readonly endings: SessionEndings,
    private readonly ended: EndedSessions,
  ) {}

  /** How many wait. */
  get size(): number {
    return this.waiting.size;
  }

  observe(observer: WaitObserver): void {
    this.observers.push(observer);
  }

  /** A node that leaves keeps nobody waiting, nor does a session that has ended. */
  onModuleInit(): void {
    this.endings.listen({
      ended: (sessionIds) => {
        for (const sessionId of sessionIds) for (const ending of [...this.people.of(sessionId)]) ending.abort();
      },
      changed: () => undefined, // looked at when the wait is over
    });
    this.state.onChange(() => {
      if (this.state.isLeaving) for (const giveUp of [...this.waiting]) giveUp();
    });
  }

  /**
   * As `next`, for a person, who counts as connected meanwhile, or a board; also over when their session ends. The caps are those of sockets: of a session the oldest
   * wait gives way and is answered. @throws DomainError UNAUTHENTICATED when the session has ended meanwhile; UNAVAILABLE when the person, or all people together, have too many
   */
  async nextFor(principal: ReaderPrincipal, places: ReadonlyMap<string, number>, seconds: number, gone: AbortSignal): Promise<void> {
    if (this.ended.has(principal.sessionId)) throw new DomainError('UNAUTHENTICATED', 'the session has ended');
    this.requirePlace(this.waitingPeople);
    this.giveWay(principal);
    const poll = { id: newId(), principal };
    const ending = new AbortController();
    this.people.add(principal.sessionId, ending);
    this.byStaff.add(principal.id, ending);
    this.waitingPeople++;
    for (const observer of this.observers) observer.began(poll);
    try {
      await this.nextOfAny(places, seconds, AbortSignal.any([gone, ending.signal]));
    } finally {
      this.waitingPeople--;
      this.people.delete(principal.sessionId, ending);
      this.byStaff.delete(principal.id, ending);
      for (const observer of this.observers) observer.ended(poll);
    }
  }

  /** As `next`, for a station: of too many of its own the oldest is answered. @throws DomainError UNAVAILABLE when all stations together have too many */
  async nextForStation(stationId: string, dept: string, seq: number, seconds: number, gone: AbortSignal): Promise<boolean> {
    this.requirePlace(this.waitingStations);
    for (const ending of this.surplus(this.stations.of(stationId))) ending.abort();
    const ending = new AbortController();
    this.stations.add(stationId, ending);
    this.waitingStations++;
    try {
      return await this.nextOfAny(new Map([[dept, seq]]), seconds, AbortSignal.any([gone, ending.signal]));
    } finally {
      this.waitingStations--;
      this.stations.delete(stationId, ending);
    }
  }

  private requirePlace(taken: number): void {
    if (taken >= this.limits.current.MAX_CONNECTIONS) throw new DomainError('UNAVAILABLE', 'too many requests wait', { retryAfter: 5 });
  }

  private giveWay({ id, sessionId }: ReaderPrincipal): void {
    const surplus = this.surplus(this.people.of(sessionId));
    if (this.byStaff.count(id) - surplus.length >= this.limits.current.MAX_CONNECTIONS_PER_USER)
      throw new DomainError('UNAVAILABLE', 'you have too many requests that wait', { retryAfter: 5, details: { reason: 'user_capacity' } });
    for (const ending of surplus) ending.abort();
  }

  /** The waits that end to make room for one more. */
  private surplus(waits: Iterable<AbortController>): AbortController[] {
    const all = [...waits];
    return all.slice(0, Math.max(0, all.length + 1 - this.limits.current.MAX_CONNECTIONS_PER_SESSION));
  }

  /**
   * Resolves with `true` at the first event after `seq`; with `false` after `seconds`, when `gone` aborts, or when the node leaves.
   * @throws DomainError UNAVAILABLE when as many others wait already as sockets are allowed, or the node is leaving
   */
  async next(dept: string, seq: number, seconds: number, gone: AbortSignal): Promise<boolean> {
    this.requirePlace(this.waiting.size - this.waitingPeople - this.waitingStations);
    return this.nextOfAny(new Map([[dept, seq]]), seconds, gone);
  }

  /** As `next`, for the first event of any of these departments. */
  private async nextOfAny(places: ReadonlyMap<string, number>, seconds: number, gone: AbortSignal): Promise<boolean> {
    this.state.requireStaying();
    return new Promise((resolve) => {
      const sink = {
        write: () => {
          done(true);
        },
        drained: () => Promise.resolve(),
        lost: () => {
          done(true);
        },
      };
      const subscribers = [...places].map(([dept, seq]) => this.subscribers.follow(dept, seq, seq, sink));
      const done = (isNews: boolean) => {
        clearTimeout(timer);
        gone.removeEventListener('abort', giveUp);
        this.waiting.delete(giveUp);
        for (const subscriber of subscribers) subscriber.close();
        resolve(isNews);
      };
      const giveUp = () => {
        done(false);
      };
      const timer = setTimeout(giveUp, seconds * 1000);
      gone.addEventListener('abort', giveUp);
      this.waiting.add(giveUp);
      for (const subscriber of subscribers) subscriber.start();
    });
  }
}
