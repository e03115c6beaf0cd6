import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { ServerState } from '../../platform/common/server-state.js';
import { Database } from '../../platform/database/database.js';
import { migrationNames } from '../../platform/database/migrations.js';
import { statement } from '../../platform/database/statement.js';
import { EscalationWatchdog } from '../../ward/calls/ladder/escalation-watchdog.service.js';
import { EventPoller } from '../../events/delivery/event-poller.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';

const CHECK_TIMEOUT_MS = 1500;
const SILENT_INTERVALS = 5;
/** A poller with a very short interval is not silent because of one pause of the process. */
const MIN_SILENCE_MS = 2500;

const ping = statement('ping', 'SELECT 1');
const applied = statement('applied_migrations', 'SELECT name FROM migrations');

/** A check that takes too long has failed: a probe never hangs. */
async function inTime<T>(check: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('timed out'));
    }, CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([check, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** What readiness looks at, each within a time limit of its own. */
@Injectable()
export class Indicators {
  private readonly expected = migrationNames();

  constructor(
    private readonly health: HealthIndicatorService,
    private readonly state: ServerState,
    private readonly database: Database,
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

  async databaseAnswers(): Promise<boolean> {
    try {
      await inTime(this.database.query(ping, [], 'probes'));
      return true;
    } catch {
      return false;
    }
  }

  async databaseUp(): Promise<HealthIndicatorResult> {
    const check = this.health.check('database');
    return (await this.databaseAnswers()) ? check.up() : check.down();
  }

  async migrationsApplied(): Promise<HealthIndicatorResult> {
    const check = this.health.check('migrations');
    try {
      const rows = await inTime(this.database.query<{ name: string }>(applied, [], 'probes'));
      const names = new Set(rows.map((row) => row.name));
      const missing = this.expected.filter((name) => !names.has(name));
      return missing.length === 0 ? check.up() : check.down({ missing: missing.length });
    } catch {
      return check.down();
    }
  }

  /** Red when a deadline is overdue, or when this node's engines have been silent. */
  async enginesRun(): Promise<HealthIndicatorResult> {
    const check = this.health.check('escalation');
    const silent = this.watchdog.silent();
    if (silent.length > 0) return check.down({ silent });
    try {
      const overdue = await inTime(this.watchdog.overdue());
      return overdue === 0 ? check.up() : check.down({ overdue });
    } catch {
      return check.down();
    }
  }

  /** Pending calls with an overdue deadline; undefined when the database cannot tell. */
  async overdue(): Promise<number | undefined> {
    try {
      return await inTime(this.watchdog.overdue());
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
