import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { Logger } from '../../platform/logging/logger.js';
import { ServerState } from '../../platform/common/server-state.js';
import { SerialTask } from '../../platform/scheduling/serial-task.js';
import { packageVersion } from '../../platform/system/package-version.js';
import { uptimeMs } from '../../platform/system/uptime.js';
import type { ClusterSettings } from '../../platform/config/settings/cluster.settings.js';
import { CLUSTER_SETTINGS } from '../../platform/config/config.module.js';
import { BackplaneAway } from '../ports/backplane-errors.js';
import { Cluster } from '../node/cluster.js';
import { Rebuild } from './rebuild.js';
import type { ServerRow } from '../ports/server-store.js';

/** This node's row among the nodes, kept alive by a heartbeat, which also finds out whether the rest of its rows is as it should be. */
@Injectable()
export class ServerRegistry implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly startedAt: number;
  private readonly heartbeat = new SerialTask(() => this.beat());
  private readonly farewells: (() => Promise<void>)[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly rebuild: Rebuild,
    private readonly state: ServerState,
    clock: Clock,
    private readonly logger: Logger,
    @Inject(CLUSTER_SETTINGS) private readonly settings: ClusterSettings,
  ) {
    this.startedAt = clock.now() - uptimeMs();
  }

  async onApplicationBootstrap(): Promise<void> {
    this.state.onChange(() => {
      void this.heartbeat.request();
    });
    // Back again: what happened meanwhile is written down at once, not with the next heartbeat.
    this.cluster.shared?.onChange((isUp) => {
      if (isUp) void this.heartbeat.request();
    });
    this.heartbeat.repeat(this.settings.SERVER_HEARTBEAT_SEC * 1000);
    await this.heartbeat.request();
  }

  /** Sends the last messages after this node's rows have gone, while the bus still works. */
  beforeSilence(farewell: () => Promise<void>): void {
    this.farewells.push(farewell);
  }

  /** Sockets are closed by now: whatever is still there of this node goes with its row. */
  async onApplicationShutdown(): Promise<void> {
    await this.heartbeat.stop();
    try {
      await this.rebuild.leave();
      for (const farewell of this.farewells) await farewell();
    } catch (error) {
      this.logger.warn('server.leave_failed', { error });
    }
    await this.cluster.stop();
  }

  private async beat(): Promise<void> {
    try {
      const row: ServerRow = {
        state: this.state.current,
        version: packageVersion(),
        startedAt: this.startedAt,
        connections: this.rebuild.connections,
      };
      await this.rebuild.beat(row);
    } catch (error) {
      // The link has logged the absence, once.
      if (!(error instanceof BackplaneAway)) this.logger.error('server.heartbeat_failed', { error });
    }
  }
}
