import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { StationPrincipal } from '../../../identity/access/principal.js';
import { SessionEndings } from '../../../identity/sessions/session-endings.js';
import { DomainError } from '../../../platform/common/errors.js';
import { EventLog } from '../../../events/log/event-log.js';
import { EventWaiter } from '../../../events/delivery/event-waiter.js';
import type { CallView } from '../call.js';
import { CallsQueryService } from './calls-query.service.js';

/** The state of the lamp: the open calls and the progress of each. */
function picture(calls: readonly CallView[]): string {
  return calls.map((call) => `${call.id}/${String(call.version)}/${String(call.level)}/${String(call.repeats)}`).join();
}

/** Stations whose last picture is known; the one that asked longest ago is forgotten. */
const MAX_TOLD = 10_000;

/** Sends a station the state of its own calls as soon as it changes: help is on the way. */
@Injectable()
export class ReassuranceLight implements OnModuleInit {
  /** By station: the picture that it got last on this node. */
  private readonly told = new Map<string, string>();

  /** The waits that check again if their key still holds. */
  private readonly rechecks = new Set<AbortController>();

  constructor(
    private readonly queries: CallsQueryService,
    private readonly log: EventLog,
    private readonly waiter: EventWaiter,
    private readonly endings: SessionEndings,
  ) {}

  onModuleInit(): void {
    this.endings.listen({
      ended: () => undefined,
      changed: () => {
        for (const one of [...this.rechecks]) one.abort();
      },
    });
  }

  /** The station's open calls, now. */
  async now(station: StationPrincipal): Promise<CallView[]> {
    return this.tell(station, await this.queries.atStation(station));
  }

  /** The station itself has changed something, and was answered: what it knows is what is now. */
  acted(station: StationPrincipal): void {
    this.told.delete(station.id);
  }

  /**
   * The station's open calls, once they differ from the last picture it got (or from the present one), or after `seconds`.
   * @param isKeyValid asked when the wait is over
   * @throws DomainError UNAUTHENTICATED when it is not
   */
  async change(station: StationPrincipal, isKeyValid: () => Promise<boolean>, seconds: number, gone: AbortSignal): Promise<CallView[]> {
    const deadline = performance.now() + seconds * 1000;
    let before = this.told.get(station.id);
    for (;;) {
      const seq = (await this.log.head(station.dept))?.head ?? 0;
      const calls = await this.queries.atStation(station);
      before ??= picture(calls);
      const left = (deadline - performance.now()) / 1000;
      if (picture(calls) !== before || left <= 0) return this.tell(station, calls);
      const wait = await this.wait(station, seq, left, gone);
      if (gone.aborted) return calls; // nobody reads it
      if (!(await isKeyValid())) throw new DomainError('UNAUTHENTICATED', 'the key of the station is another now');
      if (wait === 'over') return this.tell(station, calls);
    }
  }

  private async wait(station: StationPrincipal, seq: number, seconds: number, gone: AbortSignal): Promise<'news' | 'recheck' | 'over'> {
    const recheck = new AbortController();
    this.rechecks.add(recheck);
    try {
      const isNews = await this.waiter.nextForStation(station.id, station.dept, seq, seconds, AbortSignal.any([gone, recheck.signal]));
      if (isNews) return 'news';
      return recheck.signal.aborted ? 'recheck' : 'over';
    } finally {
      this.rechecks.delete(recheck);
    }
  }

  private tell({ id }: StationPrincipal, calls: CallView[]): CallView[] {
    this.told.delete(id);
    this.told.set(id, picture(calls));
    for (const oldest of this.told.keys()) if (this.told.size > MAX_TOLD) this.told.delete(oldest);
    return calls;
  }
}
