import { Injectable } from '@nestjs/common';
import { Cluster } from '../../cluster/node/cluster.js';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import { ClockWatch } from '../../ward/calls/ladder/watch/clock-watch.js';
import { DatabaseHealth } from './database-health.js';
import { HealthIndicators } from './health-indicators.js';
import { NodeIndicators } from './node-indicators.js';

/** The node, its database and its clock in a few words. */
@Injectable()
export class HealthSummary {
  constructor(
    private readonly node: NodeIndicators,
    private readonly databaseHealth: DatabaseHealth,
    private readonly clockWatch: ClockWatch,
    private readonly cluster: Cluster,
    private readonly extensions: ExtensionGuard,
    private readonly own: HealthIndicators,
  ) {}

  async read() {
    const [{ answers, takesWrites }, overdue, own] = await Promise.all([
      this.databaseHealth.condition(),
      this.node.overdue(),
      this.own.look(),
    ]);
    const clock = this.clockWatch.condition;
    const isDatabaseOk = answers && takesWrites;
    const extensions = this.extensions.failing();
    const isOwnUp = Object.values(own).every((finding) => finding.status === 'up');
    const isWhole = overdue === 0 && clock.status === 'up' && this.cluster.isUp !== false && extensions.length === 0 && isOwnUp;
    return {
      isDatabaseOk,
      status: isDatabaseOk && isWhole ? 'ok' : 'degraded',
      db_ok: isDatabaseOk,
      ...(this.cluster.isUp !== undefined && { redis_ok: this.cluster.isUp }),
      clock,
      ...(extensions.length > 0 && { extensions }),
      ...(Object.keys(own).length > 0 && { own }),
      escalation_overdue: overdue ?? null,
    };
  }
}
