import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { DomainError } from '../../platform/common/errors.js';
import { newId } from '../../platform/common/ids.js';
import { ServerState } from '../../platform/common/server-state.js';
import { SetIndex } from '../../platform/common/set-index.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { Followers } from './followers.js';

/** Who wants to know of people that wait with a long poll: they are there, as with a socket. Must not throw. */
export interface WaitObserver {
  began(wait: { id: string; principal: StaffPrincipal }): void;
  ended(wait: { id: string; principal: StaffPrincipal }): void;
}

/** Requests that wait for a department's next event: long polls. */
@Injectable()
export class EventWaiter implements OnModuleInit {
  private readonly waiting = new Set<() => void>();
  /** Of people, by session. */
  private readonly people = new SetIndex<string, AbortController>();
  private readonly observers: WaitObserver[] = [];

  constructor(
    private readonly followers: Followers,
    private readonly state: ServerState,
    private readonly limits: LiveLimits,
    private readonly endings: SessionEndings,
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

  /** As `next`, for a person, who counts as connected meanwhile; also over when their session ends. */
  async nextFor(principal: StaffPrincipal, places: ReadonlyMap<string, number>, seconds: number, gone: AbortSignal): Promise<void> {
    const poll = { id: newId(), principal };
    const ending = new AbortController();
    this.people.add(principal.sessionId, ending);
    for (const observer of this.observers) observer.began(poll);
    try {
      await this.nextOfAny(places, seconds, AbortSignal.any([gone, ending.signal]));
    } finally {
      this.people.delete(principal.sessionId, ending);
      for (const observer of this.observers) observer.ended(poll);
    }
  }

  /**
   * Resolves with `true` at the first event after `seq`; with `false` after `seconds`, when `gone` aborts, or when the node leaves.
   * @throws DomainError UNAVAILABLE when as many wait already as sockets are allowed, or the node is leaving
   */
  next(dept: string, seq: number, seconds: number, gone: AbortSignal): Promise<boolean> {
    return this.nextOfAny(new Map([[dept, seq]]), seconds, gone);
  }

  /** As `next`, for the first event of any of these departments. */
  private async nextOfAny(places: ReadonlyMap<string, number>, seconds: number, gone: AbortSignal): Promise<boolean> {
    if (this.waiting.size >= this.limits.current.MAX_CONNECTIONS)
      throw new DomainError('UNAVAILABLE', 'too many requests wait', { retryAfter: 5 });
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
      const followers = [...places].map(([dept, seq]) => this.followers.follow(dept, seq, seq, sink));
      const done = (isNews: boolean) => {
        clearTimeout(timer);
        gone.removeEventListener('abort', giveUp);
        this.waiting.delete(giveUp);
        for (const follower of followers) follower.close();
        resolve(isNews);
      };
      const giveUp = () => {
        done(false);
      };
      const timer = setTimeout(giveUp, seconds * 1000);
      gone.addEventListener('abort', giveUp);
      this.waiting.add(giveUp);
      for (const follower of followers) follower.start();
    });
  }
}
