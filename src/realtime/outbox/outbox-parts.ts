import { getToken } from '@willsoto/nestjs-prometheus';
import type { Counter } from 'prom-client';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/settings/realtime.settings.js';
import type { OutboxParts } from './outbox.js';
import { SocketStats } from '../statistics/socket-stats.service.js';
import { FlushScheduler } from './flush-scheduler.js';
import { counterProvider, gaugeProvider } from '../../platform/metrics/metric-providers.js';

/** The injection token of what all outboxes of the node share. */
export const OUTBOX_PARTS = Symbol('outbox parts');

const SKIPPED = 'wardline_events_skipped_total';

export const outboxProviders = [
  counterProvider({ name: SKIPPED, help: 'Non-critical events that slow readers were not given.' }),
  gaugeProvider({ name: 'wardline_outbox_depth', help: 'Events and answers that wait for slow readers of this node.' }),
  {
    provide: OUTBOX_PARTS,
    useFactory: (settings: RealtimeSettings, skipped: Counter, stats: SocketStats): OutboxParts => ({
      limits: {
        messages: settings.MAX_PENDING_MESSAGES,
        bytes: settings.SLOW_CONSUMER_BYTES,
        policy: settings.OVERFLOW_POLICY,
      },
      flushScheduler: new FlushScheduler(),
      onSkipped: () => {
        skipped.inc();
        stats.increment('pushes_dropped_slow_consumer');
      },
    }),
    inject: [REALTIME_SETTINGS, getToken(SKIPPED), SocketStats],
  },
];
