import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/settings/realtime.settings.js';
import { CLOSE_CODES } from '../connection/close-codes.js';
import type { Connection } from '../connection/connection.js';
import { Connections } from '../connection/connections.js';
import { SlicedSweep } from './sliced-sweep.js';
import type { SentPing } from '../connection/heartbeat-state.js';
import { SharedFrame } from '../connection/shared-frame.js';

/** The interval of the application's `ping`, as `hello` announces it. */
export const HEARTBEAT_SEC = 25;

/** A round, in which every connection is looked at once, is a second of ten slices. */
const SLICES = 10;
const SLICE_MS = 100;

const FIN_PING = 0x89;
const MARK_BYTES = 8;

/** A ping, framed once for all connections of a slice. */
type FramePing = SentPing<number> & { readonly frame: SharedFrame };
type ControlPing = SentPing<Buffer> & { readonly frame: Buffer };

/**
 * Application pings show browsers that their picture is live (they cannot see protocol pings). Protocol pings are answered by
 * every client itself. A connection without any sign of life ends. Silence is counted in rounds, not by the clock: while this
 * process is stopped, nobody is silent.
 */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds: SlicedSweep<Connection>;
  /** With any settings, two pings fit within the time in which a sign of life must come. */
  private readonly controlPingSec: number;
  private timer: NodeJS.Timeout | undefined;
  private nextSlice = 0;
  private framePing: FramePing | undefined;
  private controlPing: ControlPing | undefined;

  constructor(
    connections: Connections,
    private readonly clock: Clock,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
  ) {
    this.rounds = new SlicedSweep(connections, SLICES);
    const { HEARTBEAT_CHECK_INTERVAL_SEC, HEARTBEAT_IDLE_SEC } = settings;
    this.controlPingSec = Math.min(HEARTBEAT_CHECK_INTERVAL_SEC, Math.floor(HEARTBEAT_IDLE_SEC / 2));
  }

  onApplicationBootstrap(): void {
    this.nextSlice = this.clock.monotonic() + SLICE_MS;
    this.timer = setInterval(() => {
      this.catchUp();
    }, SLICE_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** As many slices as the clock says are due, a round at most. */
  private catchUp(): void {
    const now = this.clock.monotonic();
    for (let n = 0; n < SLICES && this.nextSlice <= now; n++) {
      this.slice();
      this.nextSlice += SLICE_MS;
    }
    if (this.nextSlice <= now) this.nextSlice = now + SLICE_MS;
  }

  private slice(): void {
    this.framePing = undefined;
    this.controlPing = undefined;
    this.rounds.visit((connection) => {
      this.visit(connection);
    });
  }

  private visit(connection: Connection): void {
    if (!connection.isOpen) return;
    const { pulse, bytesIn } = connection;
    pulse.count(bytesIn);
    if (pulse.quiet > this.settings.HEARTBEAT_IDLE_SEC) {
      connection.close(CLOSE_CODES.IDLE.code, 'nothing heard');
      return;
    }
    if (pulse.rounds % HEARTBEAT_SEC === 0) {
      this.framePing ??= framePing(this.clock);
      if (connection.offer(this.framePing.frame)) pulse.pinged(this.framePing);
    }
    if (pulse.rounds % this.controlPingSec === 0 && bytesIn !== undefined) {
      this.controlPing ??= controlPing(this.clock);
      pulse.pingedByControl(this.controlPing);
      connection.control(this.controlPing.frame);
    }
  }
}

function framePing(clock: Clock): FramePing {
  const t = clock.now();
  return { mark: t, sentAt: clock.monotonic(), frame: SharedFrame.of({ type: 'ping', t }) };
}

/** Its mark cannot be guessed, so that it cannot be answered before it has come. */
function controlPing(clock: Clock): ControlPing {
  const mark = randomBytes(MARK_BYTES);
  return { mark, sentAt: clock.monotonic(), frame: Buffer.concat([Buffer.from([FIN_PING, MARK_BYTES]), mark]) };
}
