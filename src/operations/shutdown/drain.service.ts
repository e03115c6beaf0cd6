import { Inject, Injectable } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import { ServerState } from '../../platform/common/server-state.js';
import { OPERATIONS_SETTINGS } from '../../platform/config/config.module.js';
import type { OperationsSettings } from '../../platform/config/settings/operations.settings.js';
import { CLOSE_CODES } from '../../realtime/connection/close-codes.js';
import { SocketDrain } from '../../realtime/operations/socket-drain.js';
import type { Departure } from './departure.js';
import { HttpTraffic } from './http-traffic.js';
import { runWithTimeout } from './run-with-timeout.js';

/** At least this long for requests to be answered, however long the sockets took; also for handshakes when the port is handed over. */
const REQUESTS_MS = 1000;
/** A socket whose close frame is not answered is destroyed before this. */
const CLOSE_FLUSH_MS = 3000;

/** The steps between "leave" and the end of the application: clients are sent on while everything still works. */
@Injectable()
export class Drain {
  private running: Promise<void> | undefined;

  constructor(
    private readonly state: ServerState,
    private readonly sockets: SocketDrain,
    private readonly traffic: HttpTraffic,
    private readonly logger: Logger,
    @Inject(OPERATIONS_SETTINGS) private readonly settings: OperationsSettings,
  ) {}

  /**
   * Once; who asks again waits for the same. Never rejects, and never takes much longer than the window.
   * @param isReplaced another process has the port already: this one takes no more connections, instead of turning them away
   */
  run(departure: Departure, isReplaced = false): Promise<void> {
    return (this.running ??= this.drain(departure, isReplaced));
  }

  private async drain(departure: Departure, isReplaced: boolean): Promise<void> {
    const { SHUTDOWN_DRAIN_SEC, RESTART_DRAIN_SEC } = this.settings;
    const startedMs = performance.now();
    const windowMs = (departure === 'restart' ? RESTART_DRAIN_SEC : SHUTDOWN_DRAIN_SEC) * 1000;
    if (isReplaced) {
      this.traffic.stopListening();
      await runWithTimeout(this.logger, 'handshakes', REQUESTS_MS, (gone) => this.traffic.settled(gone));
    }
    // From here on not ready: upgrades and long requests are refused, long polls answered.
    this.state.to('draining');
    const deadline = performance.now() + windowMs;
    await runWithTimeout(this.logger, 'sockets', windowMs + CLOSE_FLUSH_MS, () => this.sendAway(departure, deadline));
    this.traffic.stopListening();
    const leftMs = Math.max(deadline - performance.now(), REQUESTS_MS);
    await runWithTimeout(this.logger, 'requests', leftMs, (gone) => this.traffic.answered(gone));
    this.logger.info('drain.done', {
      sockets_left: this.sockets.left,
      requests_left: this.traffic.requestsInFlight,
      ms: Math.round(performance.now() - startedMs),
    });
  }

  /** Again for those whose way in had begun before the door was shut. */
  private async sendAway(departure: Departure, deadline: number): Promise<void> {
    const code = departure === 'restart' ? CLOSE_CODES.SERVICE_RESTART : CLOSE_CODES.GOING_AWAY;
    do {
      const told = await this.sockets.tell(this.settings.SHUTDOWN_RECONNECT_SEC);
      this.logger.info('drain.told', { sockets: told, departure });
      const unready = await this.sockets.close(code, deadline);
      if (unready > 0) this.logger.warn('lifecycle.step_cut', { step: 'outboxes', sockets: unready });
    } while (this.sockets.left > 0 && performance.now() < deadline);
  }
}
