import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { Logger } from '../../platform/logging/logger.js';
import type { ClusterSettings } from '../../platform/config/settings/cluster.settings.js';
import { CLUSTER_SETTINGS } from '../../platform/config/config.module.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { SerialTask } from '../../platform/scheduling/serial-task.js';
import { SERVER_ID } from '../../cluster/node/server-id.js';
import { NodeName } from './node-name.js';

const register = statement(
  'register_node',
  'INSERT INTO nodes (server_id) VALUES ($1) ON CONFLICT (server_id) DO UPDATE SET heartbeat_at = statement_timestamp()',
);
/** The first node after an outage of everything: no grace ends before it has run once in full since. */
const noticeOutage = statement(
  'notice_outage',
  `UPDATE ward_watch SET ready_at = app_now()
   WHERE NOT EXISTS (SELECT FROM nodes WHERE server_id <> $1 AND node_is_held(server_id))`,
);
const heartbeat = statement(
  'node_heartbeat',
  'UPDATE nodes SET heartbeat_at = statement_timestamp() WHERE server_id = $1 RETURNING true AS known',
);
/** After a beat that failed: others take a node without beats for dead. */
const RETRY_MS = 1000;

const removeNode = statement('remove_node', 'DELETE FROM nodes WHERE server_id = $1');

/** This node's row, kept alive by a heartbeat: by it others know whether its people are still connected. */
@Injectable()
export class NodeRegistry implements OnModuleInit, BeforeApplicationShutdown {
  private readonly heartbeat = new SerialTask(
    () => this.beat(),
    (error) => {
      this.hasFailed = true;
      this.logger.warn('node.heartbeat_failed', { error });
    },
  );
  private lastBeat: number;
  private hasFailed = false;
  private onForgotten: () => void = () => undefined;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly clock: Clock,
    @Inject(CLUSTER_SETTINGS) private readonly cluster: ClusterSettings,
    @Inject(SERVER_ID) readonly serverId: string,
    private readonly name: NodeName,
  ) {
    this.lastBeat = clock.monotonic();
  }

  /** Milliseconds since this node last wrote to the database that it lives. */
  get heartbeatAge(): number {
    return this.clock.monotonic() - this.lastBeat;
  }

  /** Called when others had taken this node for dead: its connections must be written again. */
  whenForgotten(listener: () => void): void {
    this.onForgotten = listener;
  }

  /** Before any due work runs, which starts at the bootstrap: an outage must be known before a grace is judged. */
  async onModuleInit(): Promise<void> {
    await this.name.take();
    await this.database.query(register, [this.serverId], 'presence');
    await this.name.hold();
    await this.database.query(noticeOutage, [this.serverId], 'presence');
    this.heartbeat.repeat(() => (this.hasFailed ? RETRY_MS : this.cluster.SERVER_HEARTBEAT_SEC * 1000));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.heartbeat.stop();
    await this.name.release();
  }

  /** The last act of a node that stops in order: who was connected here has been written down as gone. A beat behind it would bring the row back. */
  async remove(): Promise<void> {
    await this.heartbeat.stop();
    await this.database.query(removeNode, [this.serverId], 'presence');
  }

  /** @throws what the database throws */
  async beat(): Promise<void> {
    const known = await this.database.query(heartbeat, [this.serverId], 'presence');
    this.lastBeat = this.clock.monotonic();
    this.hasFailed = false;
    if (known.length > 0) return;
    this.logger.warn('node.forgotten', { server_id: this.serverId });
    await this.database.query(register, [this.serverId], 'presence');
    this.onForgotten();
  }
}
