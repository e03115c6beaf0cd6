import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { ServerState } from '../../platform/common/server-state.js';
import { EscalationWatchdog } from '../../ward/calls/ladder/watch/escalation-watchdog.service.js';
import { EventPoller } from '../../events/delivery/feed/event-poller.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { inTime } from './in-time.js';
import { SharedLook } from './shared-look.js';

const SILENT_INTERVALS = 5;
/** A poller with a very short interval is not silent because of one pause of the process. */
const MIN_SILENCE_MS = 2500;

/** The checks of readiness that look at this node: its state, its engines, its poller. */
@Injectable()
export class NodeIndicators {
  private readonly late = new SharedLook(() => inTime(this.watchdog.overdue()), 0);

  constructor(
    private readonly health: HealthIndicatorService,
    private readonly state: ServerState,
    private readonly poller: EventPoller,
    private readonly watchdog: EscalationWatchdog,
    private readonly limits: LiveLimits,
  ) {}

  /** Red on the way out: new clients are sent elsewhere. */
  running(): HealthIndicatorResult {
    const check = this.health.check('server');
    const { current } = this.state;
    return current === 'running' ? check.up({ state: current }) : check.down({ state: current });
  }

  /** Red when this node's engines have been silent. An overdue deadline is the installation's: it would lock everybody out of every node. */
  enginesRun(): HealthIndicatorResult {
    const check = this.health.check('escalation');
    const silent = this.watchdog.silent();
    return silent.length === 0 ? check.up() : check.down({ silent });
  }

  /** Pending calls with an overdue deadline; undefined when the database does not answer. */
  async overdue(): Promise<number | undefined> {
    try {
      return await this.late.get();
    } catch {
      return undefined;
    }
  }

  pollerTicks(): HealthIndicatorResult {
    const check = this.health.check('poller');
    const limit = Math.max(MIN_SILENCE_MS, this.limits.current.POLL_INTERVAL_MS * SILENT_INTERVALS);
    const { silence } = this.poller;
    return silence <= limit ? check.up() : check.down({ silent_ms: Math.round(silence) });
  }
}
