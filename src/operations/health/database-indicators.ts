import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Database } from '../../platform/database/database.js';
import { migrationNames } from '../../platform/database/migrations/migrations.js';
import { statement } from '../../platform/database/statement.js';
import { DatabaseHealth } from './database-health.js';
import { inTime } from './in-time.js';
import { SharedLook } from './shared-look.js';

const applied = statement('applied_migrations', 'SELECT name FROM migrations');

/** The checks of readiness that ask the database, each within a time limit of its own. */
@Injectable()
export class DatabaseIndicators {
  private readonly expected = migrationNames();
  private readonly missing = new SharedLook(() => inTime(this.missingMigrations()), 0);

  constructor(
    private readonly health: HealthIndicatorService,
    private readonly database: Database,
    private readonly databaseHealth: DatabaseHealth,
  ) {}

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

  private async missingMigrations(): Promise<number> {
    const rows = await this.database.query<{ name: string }>(applied, [], 'probes');
    const names = new Set(rows.map((row) => row.name));
    return this.expected.filter((name) => !names.has(name)).length;
  }
}
