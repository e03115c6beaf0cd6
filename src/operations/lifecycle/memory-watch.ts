import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Logger } from '../../platform/logging/logger.js';
import { OPERATIONS_SETTINGS } from '../../platform/config/config.module.js';
import type { OperationsSettings } from '../../platform/config/settings/operations.settings.js';
import { MemoryGauge } from '../health/memory-gauge.js';
import { ShutdownRequests } from '../shutdown/shutdown-requests.service.js';

const CHECK_INTERVAL_MS = 10_000;
/** So many checks in a row, so that one peak that the collector cleans up restarts nothing. */
const CHECKS = 3;

/** Asks for another process in this one's place before the memory runs out. */
@Injectable()
export class MemoryWatch {
  private over = 0;

  constructor(
    private readonly memory: MemoryGauge,
    private readonly shutdownRequests: ShutdownRequests,
    private readonly logger: Logger,
    @Inject(OPERATIONS_SETTINGS) private readonly settings: OperationsSettings,
  ) {}

  @Interval(CHECK_INTERVAL_MS)
  check(): void {
    const percent = this.memory.percent;
    if (percent <= this.settings.MEMORY_RESTART_THRESHOLD) {
      this.over = 0;
      return;
    }
    this.over += 1;
    this.logger.warn('memory.high', { percent, threshold: this.settings.MEMORY_RESTART_THRESHOLD, checks: this.over });
    if (this.over < CHECKS) return;
    this.over = 0;
    this.shutdownRequests.request('restart', 'memory');
  }
}
