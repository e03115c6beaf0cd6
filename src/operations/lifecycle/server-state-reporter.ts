import { type BeforeApplicationShutdown, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { Logger } from '../../platform/logging/logger.js';
import { SERVER_STATES, ServerState } from '../../platform/common/server-state.js';

/** Says where the node is in its life: to the log, and as a metric. */
@Injectable()
export class ServerStateReporter implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly state: ServerState,
    private readonly logger: Logger,
    @InjectMetric('wardline_server_state') private readonly gauge: Gauge,
  ) {}

  onModuleInit(): void {
    this.show();
    this.state.onChange((state) => {
      this.show();
      this.logger.info('server.state', { state });
    });
  }

  /** An application that is closed without having been drained skips no state. */
  beforeApplicationShutdown(): void {
    if (!this.state.isLeaving) this.state.to('draining');
  }

  onApplicationShutdown(): void {
    this.state.to('stopped');
  }

  private show(): void {
    for (const state of SERVER_STATES) this.gauge.set({ state }, state === this.state.current ? 1 : 0);
  }
}
