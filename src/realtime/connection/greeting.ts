import { Inject, Injectable } from '@nestjs/common';
import { SERVER_ID } from '../../cluster/node/server-id.js';
import { LogEpoch } from '../../events/log/log-epoch.js';
import { userView } from '../../identity/access/principal.js';
import { Clock } from '../../platform/common/clock.js';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/settings/realtime.settings.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import type { Connection } from './connection.js';
import type { HelloFrame } from './hello-frame.js';

/** The first frame of every connection, the same on sockets and event streams. */
@Injectable()
export class Greeting {
  constructor(
    private readonly epoch: LogEpoch,
    private readonly limits: LiveLimits,
    private readonly clock: Clock,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
    @Inject(SERVER_ID) private readonly serverId: string,
  ) {}

  /** @param heartbeatSec seconds between two signs of life */
  hello({ id, principal }: Connection, heartbeatSec: number): HelloFrame {
    const { CLIENT_RATE_LIMIT } = this.limits.current;
    return {
      type: 'hello',
      connection_id: id,
      server_id: this.serverId,
      epoch: this.epoch.current,
      user: userView(principal),
      heartbeat_sec: heartbeatSec,
      server_time: this.clock.now(),
      limits: {
        max_payload: this.settings.MAX_PAYLOAD_BYTES,
        messages: CLIENT_RATE_LIMIT?.count ?? null,
        per_sec: CLIENT_RATE_LIMIT?.seconds ?? null,
      },
    };
  }
}
