import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { StaleServerSweep, type SweptRows } from '../../cluster/registry/stale-server-sweep.service.js';
import { Logger } from '../../platform/logging/logger.js';
import type { ClusterSettings } from '../../platform/config/settings/cluster.settings.js';
import { CLUSTER_SETTINGS } from '../../platform/config/config.module.js';
import { statement } from '../../platform/database/statement.js';
import { DueRowProcessor } from '../../platform/scheduling/due-row-processor.js';
import type { DueLook, DueWork } from '../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../platform/scheduling/due-work-scheduler.js';

const KEY = "hashtext('wardline connections'), 0";
/**
 * A write of connections holds the first one, and the end of a node the other one, before it looks who is connected elsewhere. Otherwise a person
 * who connects to another node, or leaves it, at that very moment has an absence and a connection, or neither.
 */
export const lockConnections = statement('lock_connections', `SELECT pg_advisory_xact_lock_shared(${KEY})`);
export const lockAllConnections = statement('lock_all_connections', `SELECT pg_advisory_xact_lock(${KEY})`);
/** A person who was connected only to the node ($1), which is dead, counts as gone since its last heartbeat, also if they had not yet rejoined. */
export const BEGIN_ABSENCES_OF_NODE = `INSERT INTO staff_absences (staff_id, since)
   SELECT DISTINCT c.staff_id, n.heartbeat_at + (app_now() - statement_timestamp()) FROM staff_connections c JOIN nodes n USING (server_id)
   WHERE n.server_id = $1 AND NOT EXISTS (SELECT FROM staff_connections o WHERE o.staff_id = c.staff_id AND o.server_id <> $1)
   ON CONFLICT (staff_id) DO UPDATE SET since = excluded.since, handled_at = NULL, retry_at = NULL WHERE staff_absences.handled_at IS NOT NULL`;

/** After an outage of the database the living beat again first: they try every second. */
const LIVING_BEAT_SEC = 5;

/** The row's key stays free: a write of connections that is under way may refer to it, and is waited for. */
const claim = statement(
  'claim_dead_node',
  `SELECT server_id AS id FROM nodes
   WHERE heartbeat_at <= statement_timestamp() - make_interval(secs => $1)
     AND NOT EXISTS (SELECT FROM ward_watch WHERE back_at > app_now() - make_interval(secs => ${String(LIVING_BEAT_SEC)})) AND (retry_at IS NULL OR retry_at <= statement_timestamp())
   ORDER BY heartbeat_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`,
);
const backOff = statement(
  'back_off_dead_node',
  `UPDATE nodes SET retry_at = statement_timestamp() + interval '2 seconds' WHERE server_id = $1`,
);
const begin = statement('begin_absences_of_node', `${BEGIN_ABSENCES_OF_NODE} RETURNING true AS begun`);
const forget = statement('forget_connections_of_node', 'DELETE FROM staff_connections WHERE server_id = $1 RETURNING true AS gone');
const remove = statement('remove_dead_node', 'DELETE FROM nodes WHERE server_id = $1');

/** In one sweep. */
const MAX_NODES = 10_000;

const nothing = () => ({ nodes: 0, staff_connections: 0, staff_absences: 0 });

/** Removes nodes that have not been heard for SERVER_STALE_SEC, and starts the grace clocks of their people. */
@Injectable()
export class DeadNodes implements OnModuleInit, DueWork {
  readonly name = 'dead_nodes';
  readonly isCore = true;

  constructor(
    private readonly rows: DueRowProcessor,
    private readonly scheduler: DueWorkScheduler,
    private readonly sweep: StaleServerSweep,
    private readonly logger: Logger,
    @Inject(CLUSTER_SETTINGS) private readonly cluster: ClusterSettings,
    @InjectMetric('wardline_dead_nodes_total') private readonly dead: Counter,
  ) {}

  get look(): DueLook {
    return { claim: { statement: claim, values: [this.cluster.SERVER_STALE_SEC] } };
  }

  onModuleInit(): void {
    this.scheduler.register(this);
    this.sweep.alsoSweep(() => this.sweepNow());
  }

  handleOne(): Promise<boolean> {
    return this.removeOne(nothing());
  }

  /**
   * An administrator's sweep.
   * @returns nodes, connections that staff had there, and people who count as gone since
   */
  private async sweepNow(): Promise<SweptRows> {
    const rows = nothing();
    let looked = 0;
    while (looked < MAX_NODES && (await this.removeOne(rows))) looked++;
    return rows;
  }

  /** @param rows counts what goes */
  private removeOne(rows: ReturnType<typeof nothing>): Promise<boolean> {
    return this.rows.processNext<{ id: string }>({
      claim,
      values: [this.cluster.SERVER_STALE_SEC],
      backOff,
      subject: 'server_id',
      event: 'dead_node.failed',
      handle: async (tx, { id }) => {
        await tx.query(lockAllConnections);
        const absences = await tx.query(begin, [id]);
        const connections = await tx.query(forget, [id]);
        await tx.query(remove, [id]);
        tx.afterCommit(() => {
          this.dead.inc();
          this.logger.warn('node.dead', { server_id: id });
          rows.nodes++;
          rows.staff_connections += connections.length;
          rows.staff_absences += absences.length;
        });
      },
    });
  }
}
