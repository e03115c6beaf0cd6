import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { ServerState } from '../../platform/common/server-state.js';
import { Database } from '../../platform/database/database.js';
import { migrationNames } from '../../platform/database/migrations/migrations.js';
import { statement } from '../../platform/database/statement.js';
import { EscalationWatchdog } from '../../ward/calls/ladder/escalation-watchdog.service.js';
import { EventPoller } from '../../events/delivery/event-poller.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { DatabaseHealth } from './database-health.js';
import { inTime } from './in-time.js';
import { SharedLook } from './shared-look.js';

const SILENT_INTERVALS = 5;
/** A poller with a very short interval is not silent because of one pause of the process. */
const MIN_SILENCE_MS = 2500;

const applied = statement('applied_migrations', 'SELECT name FROM migrations');

/** The checks of readiness, each within a time limit of its own. */
@Injectable()
export class Indicators {
  private readonly expected = migrationNames();
  private readonly missing = new SharedLook(() => inTime(this.missingMigrations()), 0);
  private readonly late = new SharedLook(() => inTime(this.watchdog.overdue()), 0);

  constructor(
    private readonly health: HealthIndicatorService,
    private readonly state: ServerState,
    private readonly database: Database,
    private readonly poller: EventPoller,
    private readonly watchdog: EscalationWatchdog,
    private readonly limits: LiveLimits,
    private readonly databaseHealth: DatabaseHealth,
  ) {}

  /** Red on the way out: new clients are sent elsewhere. */
  running(): HealthIndicatorResult {
    const check = this.health.check('server');
    const { current } = this.state;
    return current === 'running' ? check.up({ state: current }) : check.down({ state: current });
  }

  /** Red also for a database that answers and takes no writes. */
  async databaseUp(): Promise<HealthIndicatorResult> {
    const check = this.health.check('database');
    const { answers, takesWrites } = await this.databaseHealth.condition();
    if (!answers) return check.down({ reason: 'no answer' });
    return takesWrites ? check.up() : check.down({ reason: 'takes no writes' });
  }

  /** Red when no answer comes on one of the pools, whatever comes on the others. */
  async poolsAnswer(): Promise<HealthIndicatorResult> {
    const check = this.health.check('pools');
    const { silentPools } = await this.databaseHealth.condition();
    return silentPools.length === 0 ? check.up() : check.down({ silent: silentPools });
  }

  async migrationsApplied(): Promise<HealthIndicatorResult> {
    const check = this.health.check('migrations');
    try {
      const missing = await this.missing.get();
      return missing === 0 ? check.up() : check.down({ missing });
    } catch {
      return check.down();
    }
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

  private async missingMigrations(): Promise<number> {
    const rows = await this.database.query<{ name: string }>(applied, [], 'probes');
    const names = new Set(rows.map((row) => row.name));
    return this.expected.filter((name) => !names.has(name)).length;
  }
}
