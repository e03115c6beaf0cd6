import { Histogram } from './histogram.js';

/** A bounded count by name: an unforeseen flood of names must not become the client's own leak. */
export class Tally {
  private readonly counts = new Map<string, number>();

  constructor(private readonly names = 100) {}

  add(name: string): void {
    const known = this.counts.has(name) || this.counts.size < this.names ? name : 'OTHER';
    this.counts.set(known, (this.counts.get(known) ?? 0) + 1);
  }

  get total(): number {
    let sum = 0;
    for (const count of this.counts.values()) sum += count;
    return sum;
  }

  toObject(): Record<string, number> {
    return Object.fromEntries([...this.counts].sort((a, b) => b[1] - a[1]));
  }
}

/** Everything that a run counts and times. */
export class Measurements {
  /** Off during warm-up and after the last press: what begins then is done, but not counted. */
  counting = false;

  /** Button to screen: just before the press is written → the frame is there, at each nurse. */
  readonly screenAll = new Histogram();
  /** The same, at the first of them. */
  readonly screenFirst = new Histogram();
  readonly pressRoundTrip = new Histogram();
  readonly acceptRoundTrip = new Histogram();
  /** How late this client pressed against its own schedule: its own slowness, not the server's. */
  readonly pressLateness = new Histogram();

  presses = 0;
  created = 0;
  repeats = 0;
  accepted = 0;
  /** Accepts that another nurse won: a normal outcome. */
  raced = 0;
  arrived = 0;
  completed = 0;
  /** Presses and commands sent: what errors are a share of. */
  requests = 0;

  readonly errors = new Tally();
  /** Errors outside the counted time: shown, not part of the rate. */
  readonly uncountedErrors = new Tally();
  /** Connections that ended unasked, by close code or refusal. */
  readonly reconnects = new Tally();
  /** Nurses whom the protocol sent away. */
  readonly stopped = new Tally();
  /** First few details of what went wrong, for whoever has to find out why. */
  readonly samples: string[] = [];

  failure(code: string, counted: boolean, detail = ''): void {
    (counted ? this.errors : this.uncountedErrors).add(code);
    if (this.samples.length < 20) this.samples.push(`${code} ${detail}`.trim().slice(0, 300));
  }

  get errorRate(): number {
    return this.requests === 0 ? 0 : this.errors.total / this.requests;
  }
}
