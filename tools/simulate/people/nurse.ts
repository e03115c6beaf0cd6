import { setTimeout as sleep } from 'node:timers/promises';
import { type Wardline, WardlineError } from '@wardline/client';
import { StreamCheck } from '../../bench/client/stream-check.js';
import type { Measurements } from '../measure/measurements.js';
import type { ScreenTimer } from './screen-timer.js';
import type { Ward } from '../ward.js';

const LIVE_TIMEOUT_MS = 60_000;
const LOOK_AGAIN_MS = 20;
/** A command without an answer by then has failed. */
const COMMAND_MAX_AGE_MS = 15_000;

/** The parts that all nurses of a run share. */
export interface NurseWorld {
  readonly measurements: Measurements;
  readonly screens: ScreenTimer;
}

interface CommandAnswer {
  readonly ok: boolean;
  /** The error's code; `OK` when there is none. */
  readonly code: string;
  readonly roundTripMs: number;
}

/** A nurse with a screen on `@wardline/client`: signed in, connected to one ward, able to give commands. */
export class Nurse {
  /** Judges the events as the client hands them out. The client's own counts are in `proof`. */
  readonly stream = new StreamCheck();
  private onShift = false;
  private leaving = false;
  private wasLive = false;

  constructor(
    readonly username: string,
    readonly staffId: string,
    private readonly client: Wardline,
    readonly ward: Ward,
    private readonly world: NurseWorld,
  ) {}

  get isLive(): boolean {
    return this.client.status.phase === 'live';
  }

  get proof(): ReturnType<Wardline['proof']> {
    return this.client.proof(this.ward.dept);
  }

  get gaps(): number {
    return this.stream.gaps + this.proof.gaps;
  }

  /** Connected, subscribed, and the call's announcement is on the screen. */
  canSee(seq: number): boolean {
    return this.isLive && (this.stream.last ?? -1) >= seq;
  }

  async beginShift(): Promise<void> {
    const { dept } = this.ward;
    this.follow();
    const deadline = performance.now() + LIVE_TIMEOUT_MS;
    while (!this.isLive) {
      if (performance.now() > deadline) throw new Error(`${this.username} could not connect and subscribe to ${dept}`);
      await sleep(LOOK_AGAIN_MS);
    }
    const answer = await this.command('shift.start', { dept });
    // A run that was cut off leaves its nurses on duty; that is where this one wants them.
    if (answer.ok || answer.code.includes('ALREADY')) this.onShift = true;
    else throw new Error(`${this.username} could not start a shift: ${answer.code}`);
  }

  /** Sends a command and counts its failure, except for the codes in `normal`. */
  async command(type: string, data: Readonly<Record<string, string | boolean>>, normal: readonly string[] = []): Promise<CommandAnswer> {
    const { measurements } = this.world;
    const counted = measurements.counting;
    if (counted) measurements.requests += 1;
    const sentAt = performance.now();
    const code = await this.client.command(type, data, { maxAgeMs: COMMAND_MAX_AGE_MS }).then(
      () => 'OK',
      (error: unknown) => (error instanceof WardlineError ? error.code : 'CLIENT_FAULT'),
    );
    const roundTripMs = performance.now() - sentAt;
    if (code !== 'OK' && code !== 'CLOSED' && !normal.includes(code)) {
      measurements.failure(code, counted, `${type} by ${this.username} ${JSON.stringify(data)}`);
    }
    return { ok: code === 'OK', code, roundTripMs };
  }

  async endShift(): Promise<void> {
    if (!this.onShift || !this.isLive) return;
    this.onShift = false;
    await this.command('shift.end', { dept: this.ward.dept, confirm: true });
  }

  async leave(): Promise<void> {
    this.leaving = true;
    await this.client.signOut().catch(() => undefined);
    this.client.close();
  }

  private follow(): void {
    const { measurements, screens } = this.world;
    const department = this.client.department(this.ward.dept);
    let pictures = 0;
    department.subscribe(() => {
      const { snapshots } = this.proof;
      if (snapshots === pictures) return;
      pictures = snapshots;
      const { seq, epoch } = department.getSnapshot();
      this.stream.snapshot(seq, epoch);
    });
    department.on('*', (event) => {
      const at = performance.now();
      this.stream.event(event.seq);
      if (event.type === 'call.pending') screens.arrived(event.data.call_id, event.seq, at);
      this.ward.event(event);
    });
    this.client.on('fault', ({ code, message }) => {
      measurements.failure(code, measurements.counting, `${this.username}: ${message}`);
    });
    this.client.on('status', ({ phase, reason }) => {
      if (this.wasLive && phase !== 'live' && !this.leaving)
        (phase === 'stopped' ? measurements.stopped : measurements.reconnects).add(reason ?? phase);
      this.wasLive = phase === 'live';
    });
  }
}
