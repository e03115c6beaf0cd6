import { Server as TlsServer } from 'node:tls';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Logger } from '../../platform/logging/logger.js';
import { openFilesLimit } from '../../platform/system/open-files.js';
import { OPERATIONS_SETTINGS, REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { OperationsSettings } from '../../platform/config/settings/operations.settings.js';
import type { RealtimeSettings } from '../../platform/config/settings/realtime.settings.js';
import { MemoryGauge } from '../health/memory-gauge.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';

const MB = 1024 * 1024;
/** Measured memory of one socket; more with TLS in the process. */
const MEMORY_KB = { plain: 16, tls: 48 };
/** Files besides the sockets: database pools, logs, requests. */
const OTHER_FILES = 256;

/** Says at the start, and when MAX_CONNECTIONS is changed, that this machine cannot carry it: better than finding out on a bad night. */
@Injectable()
export class CapacityWarnings implements OnApplicationBootstrap {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly memory: MemoryGauge,
    private readonly limits: LiveLimits,
    private readonly logger: Logger,
    @Inject(REALTIME_SETTINGS) private readonly realtime: RealtimeSettings,
    @Inject(OPERATIONS_SETTINGS) private readonly operations: OperationsSettings,
  ) {}

  onApplicationBootstrap(): void {
    this.look();
    this.limits.onChange(() => {
      this.look();
    });
  }

  private look(): void {
    const { MAX_CONNECTIONS: connections } = this.limits.current;
    const files = { needed: connections + OTHER_FILES, available: openFilesLimit() };
    if (files.needed > files.available) this.logger.warn('capacity.open_files_short', { max_connections: connections, ...files });
    const memory = { needed_mb: Math.ceil((connections * this.kilobytes) / 1024), available_mb: this.availableMb };
    if (memory.needed_mb > memory.available_mb) this.logger.warn('capacity.memory_short', { max_connections: connections, ...memory });
  }

  private get kilobytes(): number {
    const tls = this.host.httpAdapter.getHttpServer() instanceof TlsServer;
    return this.realtime.MEMORY_PER_CONNECTION_KB ?? (tls ? MEMORY_KB.tls : MEMORY_KB.plain);
  }

  /** Memory until the process would restart, less the use without a single socket. */
  private get availableMb(): number {
    const usable = (this.memory.limitBytes * this.operations.MEMORY_RESTART_THRESHOLD) / 100;
    return Math.floor((usable - process.memoryUsage.rss()) / MB);
  }
}
