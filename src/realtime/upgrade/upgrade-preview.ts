import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { UpgradeRefusal } from '../../identity/access/upgrade-refusal.js';
import { HTTP_SETTINGS } from '../../platform/config/config.module.js';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';
import { asDomainError } from '../../platform/database/database-error.js';
import type { ConnectionRequest } from '../capacity/guarded-connection.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { CLOSE_CODES } from '../connection/close-codes.js';
import { toRefusal } from './refuse-upgrade.js';
import { UpgradePipeline } from './upgrade-pipeline.js';

const fallbackView = z.object({
  enabled: z.boolean(),
  use: z.enum(['stream', 'poll']).nullable().describe('which one has a chance now; null: none, solve the refusal first'),
  stream: z.string().describe('server-sent events; under the same rules as sockets'),
  poll: z.string().describe('long poll'),
  poll_interval_ms: z.int().describe('to wait between two answers'),
});

/** The result of an attempt to open a socket. */
export const admissionView = z.object({
  admitted: z.boolean(),
  status: z.int().optional().describe('HTTP status with which the upgrade would be refused'),
  close_code: z.int().optional().describe('close code of the socket that would be accepted and closed at once'),
  code: z.string().optional().describe('of the error, or the name of the close code'),
  message: z.string().optional(),
  retry_after: z.number().optional().describe('seconds'),
  fallback: fallbackView,
});
export type AdmissionView = z.infer<typeof admissionView>;

type Outcome = Omit<AdmissionView, 'fallback'>;

/** Refusals that an event stream would meet as well, and a long poll would not. */
const OF_CONNECTIONS = new Set(['connect_rate', 'capacity', 'user_capacity', 'owner_capacity']);

/** Previews the result of an upgrade for clients that cannot read a refusal. */
@Injectable()
export class UpgradePreview {
  constructor(
    private readonly upgrades: UpgradePipeline,
    private readonly limits: LiveLimits,
    @Inject(HTTP_SETTINGS) private readonly http: HttpSettings,
  ) {}

  /** @throws whatever is a defect of ours */
  async of(request: ConnectionRequest): Promise<AdmissionView> {
    const { outcome, use } = await this.outcome(request);
    return {
      ...outcome,
      fallback: {
        enabled: this.http.HTTP_FALLBACK,
        use: this.http.HTTP_FALLBACK ? use : null,
        stream: '/api/v1/events/stream?dept=:ids',
        poll: '/api/v1/events?dept=:ids&after=:places&wait=25',
        poll_interval_ms: this.limits.current.FALLBACK_POLL_INTERVAL_MS,
      },
    };
  }

  /** A client that would be let in and still fails has a proxy between that takes no upgrades: the event stream may pass. */
  private async outcome(request: ConnectionRequest): Promise<{ outcome: Outcome; use: 'stream' | 'poll' | null }> {
    try {
      await this.upgrades.preview(request);
      return { outcome: { admitted: true }, use: 'stream' };
    } catch (error) {
      if (error instanceof UpgradeRefusal && error.closeCode !== null) return { outcome: closed(error), use: fallbackFor(error.reason) };
      const { status, error: refusal, reason } = toRefusal(asDomainError(error));
      if (refusal.code === 'INTERNAL') throw error;
      const { code, message, retryAfter } = refusal;
      return { outcome: { admitted: false, status, code, message, ...retry(retryAfter) }, use: fallbackFor(reason) };
    }
  }
}

function closed({ closeCode, reason, message, retryAfter }: UpgradeRefusal): Outcome {
  const known = Object.values(CLOSE_CODES).find(({ code }) => code === closeCode);
  return { admitted: false, close_code: closeCode ?? 0, code: known?.name ?? reason, message, ...retry(retryAfter) };
}

function retry(seconds: number | undefined): { retry_after?: number } {
  return seconds === undefined ? {} : { retry_after: seconds };
}

function fallbackFor(reason: string): 'poll' | null {
  return OF_CONNECTIONS.has(reason) ? 'poll' : null;
}
