import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { Logger } from '../../platform/logging/logger.js';
import { ServerState } from '../../platform/common/server-state.js';
import { packageVersion } from '../../platform/system/package-version.js';
import type { ClusterSettings } from '../../platform/config/cluster.settings.js';
import { CLUSTER_SETTINGS } from '../../platform/config/config.module.js';
import { BackplaneAway } from '../ports/backplane-errors.js';
import { Cluster } from '../node/cluster.js';
import { Rebuild } from './rebuild.js';
import type { ServerRow } from '../ports/server-store.js';

/** This node's row among the nodes, kept alive by a heartbeat, which also finds out whether the rest of its rows is as it should be. */
@Injectable()
export class ServerRegistry implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly startedAt: number;
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private readonly farewells: (() => Promise<void>)[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly rebuild: Rebuild,
    private readonly state: ServerState,
    clock: Clock,
    private readonly logger: Logger,
    @Inject(CLUSTER_SETTINGS) private readonly settings: ClusterSettings,
  ) {
    this.startedAt = clock.now();
  }

  async onApplicationBootstrap(): Promise<void> {
    this.state.onChange(() => {
      this.beatSoon();
    });
    // Back again: what happened meanwhile is written down at once, not with the next heartbeat.
    this.cluster.shared?.onChange((isUp) => {
      if (isUp) this.beatSoon();
    });
    this.timer = setInterval(() => {
      this.beatSoon();
    }, this.settings.SERVER_HEARTBEAT_SEC * 1000);
    this.beatSoon();
    await this.beating;
  }

  /** What is still to be told to others when this node's rows have gone, before it can tell nobody any more. */
  beforeSilence(farewell: () => Promise<void>): void {
    this.farewells.push(farewell);
  }

  /** Sockets are closed by now: whatever is still there of this node goes with its row. */
  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.beating;
    try {
      await this.rebuild.leave();
      for (const farewell of this.farewells) await farewell();
    } catch (error) {
      this.logger.warn('server.leave_failed', { error });
    }
    await this.cluster.stop();
  }

  /** One heartbeat at a time; who asks during one gets another after it. Never rejects. */
  private beatSoon(): void {
    if (this.stopped) return;
    if (this.beating) {
      this.again = true;
      return;
    }
    this.beating = this.beat().finally(() => {
      this.beating = undefined;
      if (!this.again) return;
      this.again = false;
      this.beatSoon();
    });
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
      // Away is told of by the link, once.
      if (!(error instanceof BackplaneAway)) this.logger.error('server.heartbeat_failed', { error });
    }
  }
}
