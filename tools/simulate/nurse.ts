import type { CommandAnswer } from '../bench/client/in-flight.js';
import { LiveSocket } from '../bench/client/live-socket.js';
import type { Session } from '../bench/client/session.js';
import type { Target } from '../bench/client/target.js';
import type { Measurements } from './measurements.js';
import type { Random } from './random.js';
import type { ScreenTimer } from './screen-timer.js';
import type { Ward } from './ward.js';

const LIVE_TIMEOUT_MS = 60_000;

/** What all nurses of a run have in common. */
export interface NurseWorld {
  readonly target: Target;
  readonly measurements: Measurements;
  readonly screens: ScreenTimer;
  readonly random: Random;
}

/** A nurse with a screen: signed in, connected to one ward, able to give commands. */
export class Nurse {
  readonly live: LiveSocket;
  private onShift = false;

  constructor(
    readonly username: string,
    readonly session: Session,
    readonly ward: Ward,
    private readonly world: NurseWorld,
  ) {
    const { measurements, screens } = world;
    this.live = new LiveSocket(
      {
        target: world.target,
        cookie: session.cookie,
        dept: ward.dept,
        decode: (bytes) => ward.cache.decode(bytes),
        isSessionAlive: () => session.isAlive(),
        random: world.random,
      },
      {
        event: (frame, at) => {
          if (frame.type === 'call.pending' && frame.data.call_id !== undefined) {
            screens.arrived(frame.data.call_id, frame.seq, at);
          }
          ward.event(frame);
        },
        lost: (why, stopped) => {
          (stopped ? measurements.stopped : measurements.reconnects).add(why);
        },
        trouble: (code, detail) => {
          measurements.failure(code, measurements.counting, `${username}: ${detail}`);
        },
      },
    );
  }

  get staffId(): string {
    return this.session.staffId;
  }

  /** Connected, subscribed, and the call's announcement is on the screen. */
  canSee(seq: number): boolean {
    return this.live.isLive && (this.live.stream.last ?? -1) >= seq;
  }

  async beginShift(): Promise<void> {
    this.live.connect();
    if (!(await this.live.whenLive(LIVE_TIMEOUT_MS))) {
      throw new Error(`${this.username} could not connect and subscribe to ${this.ward.dept}`);
    }
    const answer = await this.live.command('shift.start', { dept: this.ward.dept });
    // A run that was cut off leaves its nurses on duty; that is where this one wants them.
    if (answer.ok || answer.code.includes('ALREADY')) this.onShift = true;
    else throw new Error(`${this.username} could not start a shift: ${answer.code}`);
  }

  /** Sends a command and counts its failure, except for the codes in `normal`. */
  async command(type: string, data: Readonly<Record<string, string | boolean>>, normal: readonly string[] = []): Promise<CommandAnswer> {
    const { measurements } = this.world;
    const counted = measurements.counting;
    if (counted) measurements.requests += 1;
    const answer = await this.live.command(type, data);
    if (!answer.ok && answer.code !== 'CLOSED' && !normal.includes(answer.code)) {
      const detail = `${type} by ${this.username} ${JSON.stringify(data)}`;
      measurements.failure(answer.code, counted, detail);
    }
    return answer;
  }

  async endShift(): Promise<void> {
    if (!this.onShift || !this.live.isLive) return;
    this.onShift = false;
    await this.command('shift.end', { dept: this.ward.dept, confirm: true });
  }

  async leave(): Promise<void> {
    await this.live.close();
    await this.session.send('POST', '/api/v1/auth/logout').catch(() => undefined);
  }
}
