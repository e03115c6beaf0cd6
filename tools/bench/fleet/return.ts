import { quantile } from '../append/statistics.js';
import { inParallel, type Place, routesTo } from './connecting.js';
import { DIALECTS } from './frames/dialects.js';
import { Resumer } from './resumer.js';

const GIVE_UP_MS = 60_000;
const AT_ONCE = 64;

export interface Gathering {
  readonly place: Place;
  /** The sessions' cookies: one client for each. */
  readonly cookies: readonly string[];
  /** By client, which department it follows. */
  readonly departments: readonly string[];
}

/** How clients came back. Milliseconds, from the moment at which all of them set out. */
export interface Return {
  readonly clients: number;
  readonly back: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  /** Attempts that failed and were made again. */
  readonly failures: number;
}

/** The clients' positions, department by department, when nothing is under way any more. */
export interface Holdings {
  readonly least: Readonly<Record<string, number>>;
  readonly gaps: number;
  readonly snapshots: number;
}

export function timesOf(clients: number, times: readonly number[], failures: number): Return {
  const [p50, p95, p99, max] = [0.5, 0.95, 0.99, 1].map((share) => quantile(times, share));
  return { clients, back: times.length, p50_ms: p50 ?? NaN, p95_ms: p95 ?? NaN, p99_ms: p99 ?? NaN, max_ms: max ?? NaN, failures };
}

/** Clients that are cut off all together, and come back all together. */
export class Crowd {
  private readonly clients: Resumer[] = [];
  private progressed: (resumer: Resumer) => void = () => undefined;

  /** Until each of them follows its department. */
  async gather({ place, cookies, departments }: Gathering): Promise<void> {
    const route = routesTo(place, DIALECTS.wardline, cookies);
    const arrived = new Map<Resumer, () => void>();
    this.progressed = (resumer) => arrived.get(resumer)?.();
    await inParallel(cookies.length, AT_ONCE, (n) => {
      return new Promise<void>((resolve) => {
        const resumer = new Resumer(route(n), departments[n] ?? '', (who) => {
          this.progressed(who);
        });
        arrived.set(resumer, resolve);
        this.clients.push(resumer);
        resumer.come();
      });
    });
  }

  cut(): void {
    for (const client of this.clients) client.cut();
  }

  /** All at once, without the pause that the protocol asks for: until each has its department's events up to the given head. */
  comeBack(heads: Readonly<Record<string, number>>): Promise<Return> {
    return new Promise((resolve) => {
      const times: number[] = [];
      const away = new Set(this.clients);
      const started = performance.now();
      const finish = () => {
        clearTimeout(giveUp);
        const failures = this.clients.reduce((sum, client) => sum + client.failures, 0);
        resolve(timesOf(this.clients.length, times, failures));
      };
      const giveUp = setTimeout(finish, GIVE_UP_MS);
      this.progressed = (client) => {
        if (client.last < (heads[client.dept] ?? 0) || !away.delete(client)) return;
        times.push(performance.now() - started);
        if (away.size === 0) finish();
      };
      for (const client of this.clients) client.come();
    });
  }

  holdings(): Holdings {
    const least: Record<string, number> = {};
    for (const { dept, last } of this.clients) least[dept] = Math.min(least[dept] ?? Infinity, last);
    return {
      least,
      gaps: this.clients.reduce((sum, client) => sum + client.gaps, 0),
      snapshots: this.clients.reduce((sum, client) => sum + client.snapshots, 0),
    };
  }
}
