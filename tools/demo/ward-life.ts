import { type CallView, WardlineError } from '@wardline/client';
import type { Random } from '../simulate/plan/random.js';
import type { DemoNurse } from './demo-nurse.js';
import { type Plan, planFor, typeOfPress } from './plan.js';
import type { DemoStations } from './demo-stations.js';

/** Nobody of the demo presses a further button while so many calls of the ward are open. */
const MOST_OPEN = 7;
const PRESS_EVERY_SEC = [12, 40] as const;
const BREAK_EVERY_SEC = [150, 300] as const;
const BREAK_MS = 120_000;
/** Somebody else was faster, or the call is closed: life on a ward. */
const EXPECTED = new Set([
  ...['CALL_ALREADY_ACCEPTED', 'CALL_CLOSED', 'CALL_STATE_CONFLICT', 'CALL_VERSION_STALE', 'SHIFT_HAS_CALLS', 'LAST_ON_DUTY', 'FORBIDDEN'],
  ...['EXPIRED', 'UNAVAILABLE', 'NETWORK', 'CLOSED'],
]);
/** Presence at these is shown at the bedside, by a station of the room. */
const URGENT = 20;

interface Planned extends Plan {
  /** The call as it was when this was planned. */
  readonly key: string;
  readonly due: number;
}

/** The life of one department: presses, and the people who come. One `tick` a second does whatever is due; nothing waits in between. */
export class WardLife {
  private readonly plans = new Map<string, Planned>();
  private readonly busy = new Set<string>();
  private nextPress = 0;
  private nextBreak = Infinity;
  private resting: { nurse: DemoNurse; until: number } | undefined;

  constructor(
    private readonly nurses: readonly DemoNurse[],
    private readonly stations: DemoStations,
    private readonly random: Random,
    private readonly report: (problem: string) => void,
  ) {}

  tick(now: number): void {
    const calls = this.nurses.find((nurse) => nurse.picture.live)?.picture.calls;
    if (!calls) return;
    const open = new Set(calls.map(({ id }) => id));
    for (const id of this.plans.keys()) if (!open.has(id)) this.plans.delete(id);
    for (const call of calls) this.attend(call, now);
    this.press(calls, now);
    this.rest(calls, now);
  }

  private attend(call: CallView, now: number): void {
    if (this.busy.has(call.id)) return;
    const key = `${call.state} ${String(call.version)}`;
    let planned = this.plans.get(call.id);
    if (planned?.key !== key) {
      const plan = planFor(call, this.random);
      if (!plan) return;
      planned = { ...plan, key, due: now + plan.afterMs };
      this.plans.set(call.id, planned);
    }
    if (now < planned.due) return;
    const { act } = planned;
    const nurse = this.actor(call);
    // Nobody of ours was asked: it is the visitor's call, until it climbs.
    if (!nurse) return;
    this.plans.delete(call.id);
    this.run(call.id, () => (act === 'arrive' && call.priority >= URGENT ? this.stations.presence(call) : nurse.act(act, call)));
  }

  /** One of those who were asked, or the person who has the call. */
  private actor({ state, accepted_by, recipients }: CallView): DemoNurse | undefined {
    const asked = state === 'pending' ? recipients.filter((one) => one.withdrawn_at === null).map((one) => one.staff_id) : [accepted_by];
    const able = this.nurses.filter((nurse) => asked.includes(nurse.staffId) && nurse !== this.resting?.nurse);
    return able[Math.floor(this.random() * able.length)];
  }

  private press(calls: readonly CallView[], now: number): void {
    if (now < this.nextPress) return;
    this.nextPress = now + this.between(PRESS_EVERY_SEC);
    if (calls.length >= MOST_OPEN || this.busy.has('press')) return;
    const station = this.stations.free(calls, this.random);
    if (station) this.run('press', () => this.stations.press(station, typeOfPress(station.kind, this.random)));
  }

  /** One nurse at a time has a break. */
  private rest(calls: readonly CallView[], now: number): void {
    if (this.resting && now >= this.resting.until) {
      const { nurse } = this.resting;
      this.resting = undefined;
      this.run('break', () => nurse.endBreak());
      return;
    }
    if (this.nextBreak === Infinity) this.nextBreak = now + this.between(BREAK_EVERY_SEC);
    if (this.resting || now < this.nextBreak) return;
    this.nextBreak = now + this.between(BREAK_EVERY_SEC);
    const idle = this.nurses.filter((nurse) => !calls.some((call) => call.accepted_by === nurse.staffId));
    const nurse = idle[Math.floor(this.random() * idle.length)];
    if (!nurse) return;
    this.resting = { nurse, until: now + BREAK_MS };
    this.run('break', () => nurse.beginBreak(BREAK_MS + 30_000));
  }

  private run(about: string, work: () => Promise<unknown>): void {
    this.busy.add(about);
    work()
      .catch((error: unknown) => {
        if (!(error instanceof WardlineError) || !EXPECTED.has(error.code))
          this.report(error instanceof Error ? error.message : String(error));
      })
      .finally(() => this.busy.delete(about));
  }

  private between([shortest, longest]: readonly [number, number]): number {
    return (shortest + this.random() * (longest - shortest)) * 1000;
  }
}
