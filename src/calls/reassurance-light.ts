import { Injectable } from '@nestjs/common';
import type { StationPrincipal } from '../auth/principal.js';
import { EventLog } from '../events/event-log.js';
import { EventWaiter } from '../events/event-waiter.js';
import type { CallView } from './call.js';
import { CallsQueryService } from './calls-query.service.js';

/** What the lamp shows: which calls are open and how far each has come. */
function picture(calls: readonly CallView[]): string {
  return calls.map((call) => `${call.id}/${String(call.version)}/${String(call.level)}/${String(call.repeats)}`).join();
}

/** Tells a station that somebody is on the way: the state of its own calls, as soon as it changes. */
@Injectable()
export class ReassuranceLight {
  constructor(
    private readonly queries: CallsQueryService,
    private readonly log: EventLog,
    private readonly waiter: EventWaiter,
  ) {}

  /** The station's open calls once they differ from what they are now, or after `seconds`. */
  async change(station: StationPrincipal, seconds: number, gone: AbortSignal): Promise<CallView[]> {
    const deadline = performance.now() + seconds * 1000;
    let seq = (await this.log.head(station.dept))?.head ?? 0;
    const before = picture(await this.queries.atStation(station));
    for (;;) {
      const left = (deadline - performance.now()) / 1000;
      const isNews = left > 0 && !gone.aborted && (await this.waiter.next(station.dept, seq, left, gone));
      const head = (await this.log.head(station.dept))?.head ?? seq;
      const calls = await this.queries.atStation(station);
      if (!isNews || picture(calls) !== before) return calls;
      seq = head;
    }
  }
}
