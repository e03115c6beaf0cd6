import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { StaleServerSweep, type SweptRows } from '../cluster/stale-server-sweep.service.js';
import { Logger } from '../common/logger.js';
import type { ClusterSettings } from '../config/cluster.settings.js';
import { CLUSTER_SETTINGS } from '../config/config.module.js';
import { statement } from '../database/statement.js';
import { Transactions } from '../database/transactions.js';
import type { DueWork } from '../scheduling/due-work.js';
import { DueWorkScheduler } from '../scheduling/due-work-scheduler.js';
import { BEGIN_ABSENCES_OF_NODE } from './absences-of-node.js';

const claim = statement(
  'claim_dead_node',
  `SELECT server_id AS "serverId" FROM nodes WHERE heartbeat_at <= statement_timestamp() - make_interval(secs => $1)
   ORDER BY heartbeat_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
);
const begin = statement('begin_absences_of_node', `${BEGIN_ABSENCES_OF_NODE} RETURNING true AS begun`);
const forget = statement('forget_connections_of_node', 'DELETE FROM staff_connections WHERE server_id = $1 RETURNING true AS gone');
const remove = statement('remove_dead_node', 'DELETE FROM nodes WHERE server_id = $1');

/** In one sweep. */
const MAX_NODES = 10_000;

/** Removes nodes that have not been heard for SERVER_STALE_SEC, and starts the grace clocks of their people. */
@Injectable()
export class DeadNodes implements OnModuleInit, DueWork {
  readonly name = 'dead_nodes';

  constructor(
    private readonly transactions: Transactions,
    private readonly scheduler: DueWorkScheduler,
    private readonly sweep: StaleServerSweep,
    private readonly logger: Logger,
    @Inject(CLUSTER_SETTINGS) private readonly cluster: ClusterSettings,
    @InjectMetric('wardline_dead_nodes_total') private readonly dead: Counter,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
    this.sweep.alsoSweep(() => this.sweepNow());
  }

  async handleOne(): Promise<boolean> {
    return (await this.removeOne()) !== undefined;
  }

  /** What an administrator's sweep removes. @returns nodes, connections that staff had there, and people who count as gone since */
  private async sweepNow(): Promise<SweptRows> {
    const rows = { nodes: 0, staff_connections: 0, staff_absences: 0 };
    for (let one = await this.removeOne(); one && rows.nodes < MAX_NODES; one = await this.removeOne()) {
      rows.nodes++;
      rows.staff_connections += one.connections;
      rows.staff_absences += one.absences;
    }
    return rows;
  }

  private removeOne(): Promise<{ connections: number; absences: number } | undefined> {
    return this.transactions.run(async (tx) => {
      const dead = await tx.one<{ serverId: string }>(claim, [this.cluster.SERVER_STALE_SEC]);
      if (!dead) return undefined;
      const absences = await tx.query(begin, [dead.serverId]);
      const connections = await tx.query(forget, [dead.serverId]);
      await tx.query(remove, [dead.serverId]);
      tx.afterCommit(() => {
        this.dead.inc();
        this.logger.warn('node.dead', { server_id: dead.serverId });
      });
      return { connections: connections.length, absences: absences.length };
    }, 'engine');
  }
}
