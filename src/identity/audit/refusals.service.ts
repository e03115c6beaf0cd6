import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Clock } from '../../platform/common/clock.js';
import { type Refusal, RefusalRecorder } from '../../platform/common/refusal-recorder.js';
import { clientNetwork } from '../../platform/limits/client-network.js';
import { Logger } from '../../platform/logging/logger.js';
import { AuditLog } from './audit-log.service.js';

const WINDOW_MS = 60_000;
const FLUSH_MS = 10_000;
/** Kinds of refusals, by person and network, that are counted apart at a time. Further ones are counted together. */
const MAX_KEYS = 1000;

interface Repeats {
  refusal: Refusal;
  since: number;
  /** Not in the record yet. */
  count: number;
}

/** The first refusal of its kind is in the record at once; those like it that follow within a minute are one record, with their count. */
@Injectable()
export class Refusals extends RefusalRecorder implements BeforeApplicationShutdown {
  private readonly repeats = new Map<string, Repeats>();

  constructor(
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    super();
  }

  override async record(refusal: Refusal): Promise<void> {
    const [key, one] = this.keyOf(refusal);
    const known = this.repeats.get(key);
    if (known) {
      known.count++;
      return;
    }
    const entry = { refusal: one, since: this.clock.monotonic(), count: 1 };
    this.repeats.set(key, entry);
    await this.write(entry);
  }

  @Interval(FLUSH_MS)
  async flush(): Promise<void> {
    const now = this.clock.monotonic();
    for (const [key, entry] of this.repeats) {
      if (now - entry.since < WINDOW_MS) continue;
      if (entry.count > 0) await this.write(entry);
      // Others have come while it was written: they are the next record.
      if (entry.count === 0) this.repeats.delete(key);
    }
  }

  /** While the database is still there. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const entry of this.repeats.values()) if (entry.count > 0 && !(await this.write(entry))) return;
  }

  private async write(entry: Repeats): Promise<boolean> {
    const { refusal, count } = entry;
    entry.count = 0;
    const { target, address, detail, ...rest } = refusal;
    try {
      await this.audit.record({
        ...rest,
        ...(target !== undefined && { target }),
        ...(address !== undefined && address !== '' && { address }),
        detail: { ...detail, count },
        result: 'refused',
      });
      return true;
    } catch (error) {
      entry.count += count;
      this.logger.warn('audit.refusal_not_written', { error });
      return false;
    }
  }

  private keyOf(refusal: Refusal): [string, Refusal] {
    const { actor, action, address, detail } = refusal;
    const key = JSON.stringify([actor, action, clientNetwork(address ?? ''), detail?.['reason']]);
    if (this.repeats.has(key) || this.repeats.size < MAX_KEYS) return [key, refusal];
    return [action, { actor: 'anonymous', action, ...(detail && { detail: { reason: detail['reason'], many: true } }) }];
  }
}
