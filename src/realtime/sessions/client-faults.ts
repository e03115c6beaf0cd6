import { Inject, Injectable } from '@nestjs/common';
import { actorOf } from '../../identity/access/principal.js';
import { recordCommandRefusal } from '../../identity/access/record-refusal.js';
import type { DomainError } from '../../platform/common/errors.js';
import { RefusalRecorder } from '../../platform/common/refusal-recorder.js';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/settings/realtime.settings.js';
import { Logger } from '../../platform/logging/logger.js';
import type { Connection } from '../connection/connection.js';
import { SocketCounts } from './socket-counts.js';

/** The mistakes of clients: counted, logged, and on record where they are refusals of security. */
@Injectable()
export class ClientFaults {
  /** Protocol errors a minute that a connection may make. */
  readonly maxProtocolErrors: number;

  constructor(
    private readonly counts: SocketCounts,
    private readonly refusals: RefusalRecorder,
    private readonly logger: Logger,
    @Inject(REALTIME_SETTINGS) { MAX_PROTOCOL_ERRORS }: RealtimeSettings,
  ) {
    this.maxProtocolErrors = MAX_PROTOCOL_ERRORS;
  }

  /** A frame that is none, or a command that is not as the protocol says. */
  protocolError(): void {
    this.counts.error();
  }

  /** A command that the client may not give. */
  denied({ principal }: Connection, error: DomainError, type: string): void {
    void recordCommandRefusal(this.refusals, error, actorOf(principal), type);
  }

  /** The socket failed. @param code that `ws` or the system gives the failure */
  socketFailed({ id }: Connection, code: string | undefined): void {
    this.counts.error();
    this.logger.debug('socket.error', { connection_id: id, code });
  }
}
