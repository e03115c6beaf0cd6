import { setTimeout as sleep } from 'node:timers/promises';
import { type CallView, type Department, type Wardline, WardlineError, type WardlineProtocol } from '@wardline/client';
import type { Buttons } from './buttons.js';
import type { Figures } from './figures.js';

const LIVE_MS = 30_000;
const LOOK_MS = 50;
/** A person takes so long, in milliseconds, from one step to the next. */
const STEP_MS = [300, 1500] as const;
/** Outcomes of a race that a colleague has won. */
const OVERTAKEN: ReadonlySet<string> = new Set(['CALL_ALREADY_ACCEPTED', 'CALL_CLOSED', 'CALL_STATE_CONFLICT', 'CALL_VERSION_STALE']);

/** The parts that all nurses share. */
export interface NurseWorld {
  readonly figures: Figures;
  readonly buttons: Buttons;
  readonly random: () => number;
  /** Ends all waiting. */
  readonly over: AbortSignal;
  /** A call is on a screen. */
  seen(callId: string): void;
}

/** A nurse on duty, who answers the calls that they are asked for. */
export class SimulatedNurse {
  /** Calls of which an event has come. */
  readonly known = new Set<string>();
  private readonly department: Department<WardlineProtocol>;
  private readonly busy = new Set<string>();
  private hasStarted = false;

  constructor(
    private readonly id: string,
    private readonly client: Wardline,
    readonly dept: string,
    private readonly world: NurseWorld,
  ) {
    this.department = client.department(dept);
  }

  get gaps(): number {
    return this.client.proof(this.dept).gaps;
  }

  /** Follows the department, and begins the shift. */
  async begin(): Promise<void> {
    this.department.on('*', ({ type, data }) => {
      if (!('call' in data)) return;
      this.known.add(data.call_id);
      if (type === 'call.pending') this.pending(data.call);
      if (type === 'call.completed' || type === 'call.cancelled') this.world.buttons.closed(data.call_id);
    });
    const deadline = performance.now() + LIVE_MS;
    while (!this.department.getSnapshot().live) {
      if (performance.now() > deadline) throw new Error(`no live picture of ${this.dept} within ${String(LIVE_MS / 1000)} s`);
      await sleep(LOOK_MS);
    }
    const isOnDuty = this.department.getSnapshot().staff.some(({ staff_id }) => staff_id === this.id);
    if (!isOnDuty) await this.client.shifts.start(this.dept);
    this.hasStarted = !isOnDuty;
  }

  /** The shift ends where this run has begun it, and the connection closes. */
  async leave(): Promise<void> {
    try {
      if (this.hasStarted) await this.client.shifts.end(this.dept, { confirm: true });
      await this.client.signOut();
    } catch (error) {
      this.failed(error);
    } finally {
      this.client.close();
    }
  }

  private pending(call: CallView): void {
    this.world.seen(call.id);
    const isAsked = call.recipients.some(({ staff_id, withdrawn_at }) => staff_id === this.id && withdrawn_at === null);
    if (!isAsked || this.busy.has(call.id)) return;
    this.busy.add(call.id);
    void this.care(call).finally(() => this.busy.delete(call.id));
  }

  private async care({ id }: CallView): Promise<void> {
    const { figures, buttons, over } = this.world;
    const { calls } = this.client;
    try {
      await this.pause();
      const askedAt = performance.now();
      await calls.accept(id);
      figures.accept.add(performance.now() - askedAt);
      await this.pause();
      await calls.arrive(id).catch(async (error: unknown) => {
        const isAtBedside = error instanceof WardlineError && error.details['reason'] === 'presence_at_bedside';
        if (!isAtBedside || !(await buttons.showPresence(id))) throw error;
      });
      await this.pause();
      await calls.complete(id);
      figures.completed++;
    } catch (error) {
      if (!over.aborted) this.failed(error);
    }
  }

  private pause(): Promise<void> {
    const [least, most] = STEP_MS;
    return sleep(least + this.world.random() * (most - least), undefined, { signal: this.world.over });
  }

  private failed(error: unknown): void {
    const code = error instanceof WardlineError ? error.code : 'CLIENT_FAULT';
    if (OVERTAKEN.has(code)) this.world.figures.overtaken++;
    else this.world.figures.failed(code);
  }
}
