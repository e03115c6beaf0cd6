import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import type { ClusterSettings } from '../../platform/config/settings/cluster.settings.js';
import { CLUSTER_SETTINGS } from '../../platform/config/config.module.js';
import { SerialTask } from '../../platform/scheduling/serial-task.js';
import { BackplaneAway } from '../ports/backplane-errors.js';
import { StaleServerSweep } from './stale-server-sweep.service.js';

/** Nodes that started together do not sweep together. */
const JITTER = 0.1;

/** Sweeps every SERVER_GC_INTERVAL_SEC. */
@Injectable()
export class StaleServerGc implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sweeping = new SerialTask(
    () => this.sweep.sweepShared(),
    (error) => {
      if (!(error instanceof BackplaneAway)) this.logger.error('server.sweep_failed', { error });
    },
  );

  constructor(
    private readonly sweep: StaleServerSweep,
    private readonly logger: Logger,
    @Inject(CLUSTER_SETTINGS) private readonly settings: ClusterSettings,
  ) {}

  onApplicationBootstrap(): void {
    this.sweeping.repeat(() => this.settings.SERVER_GC_INTERVAL_SEC * 1000 * (1 - JITTER * Math.random()));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweeping.stop();
  }
}
