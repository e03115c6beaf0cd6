import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { StaffPrincipal } from '../auth/principal.js';
import { DomainError } from '../common/errors.js';
import { newId } from '../common/ids.js';
import { REALTIME_SETTINGS } from '../config/config.module.js';
import type { RealtimeSettings } from '../config/realtime.settings.js';
import { Followers } from './followers.js';

/** Who wants to know of people that wait with a long poll: they are there, as with a socket. Must not throw. */
export interface WaitObserver {
  began(wait: { id: string; principal: StaffPrincipal }): void;
  ended(wait: { id: string; principal: StaffPrincipal }): void;
}

/** Requests that wait for a department's next event: long polls. */
@Injectable()
export class EventWaiter implements BeforeApplicationShutdown {
  private readonly waiting = new Set<() => void>();
  private readonly observers: WaitObserver[] = [];
  private stopped = false;

  constructor(
    private readonly followers: Followers,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
  ) {}

  observe(observer: WaitObserver): void {
    this.observers.push(observer);
  }

  /** As `next`, for a person, who counts as connected meanwhile. */
  async nextFor(principal: StaffPrincipal, ...wait: Parameters<EventWaiter['next']>): Promise<void> {
    const poll = { id: newId(), principal };
    for (const observer of this.observers) observer.began(poll);
    try {
      await this.next(...wait);
    } finally {
      for (const observer of this.observers) observer.ended(poll);
    }
  }

  /**
   * Resolves at the first event after `seq`, after `seconds`, or when `gone` aborts, whichever comes first.
   * @throws DomainError UNAVAILABLE when as many wait already as sockets are allowed, or the node stops
   */
  async next(dept: string, seq: number, seconds: number, gone: AbortSignal): Promise<void> {
    if (this.waiting.size >= this.settings.MAX_CONNECTIONS)
      throw new DomainError('UNAVAILABLE', 'too many requests wait', { retryAfter: 5 });
    if (this.stopped) throw new DomainError('UNAVAILABLE', 'the node stops', { retryAfter: 1 });
    await new Promise<void>((resolve) => {
      const follower = this.followers.follow(dept, seq, seq, {
        write: () => {
          done();
        },
        drained: () => Promise.resolve(),
        lost: () => {
          done();
        },
      });
      const done = () => {
        clearTimeout(timer);
        gone.removeEventListener('abort', done);
        this.waiting.delete(done);
        follower.close();
        resolve();
      };
      const timer = setTimeout(done, seconds * 1000);
      gone.addEventListener('abort', done);
      this.waiting.add(done);
      follower.start();
    });
  }

  /** A node that stops keeps nobody waiting. */
  beforeApplicationShutdown(): void {
    this.stopped = true;
    for (const done of [...this.waiting]) done();
  }
}
