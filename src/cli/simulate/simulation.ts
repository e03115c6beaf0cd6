import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, WardlineError, webSocket } from '@wardline/client';
import { nodeTransport } from '@wardline/client/node';
import { CommandFailed, EXIT } from '../exit.js';
import type { DemoAccess } from '../first-run.js';
import { Buttons } from './buttons.js';
import { Figures, type Report, reportOf } from './figures.js';
import { SimulatedNurse, type NurseWorld } from './nurse.js';

/** The last calls are seen to for so long. */
const REST_MS = 30_000;
const LOOK_MS = 100;
const SIGN_IN_TRIES = 10;
const LONGEST_WAIT_SEC = 60;

interface SimulationOptions {
  readonly url: string;
  readonly minutes: number;
  /** Presses a minute, of all stations. */
  readonly presses: number;
  /** Nurses of each department, at most. */
  readonly nurses: number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Ends the run early, in order. */
  readonly stop: AbortSignal;
}

/** The demo hospital under life: nurses come on duty, buttons are pressed, calls are answered. */
export class Simulation {
  private readonly figures = new Figures();
  private readonly nurses: SimulatedNurse[] = [];
  private readonly buttons: Buttons;
  private readonly transport: ReturnType<typeof nodeTransport>;
  private readonly over = new AbortController();
  /** By call: when its button was pressed, and when it was on a screen. */
  private readonly pressedAt = new Map<string, number>();
  private readonly shownAt = new Map<string, number>();
  /** By call: its department. */
  private readonly acknowledged = new Map<string, string>();

  constructor(
    private readonly access: DemoAccess,
    private readonly options: SimulationOptions,
  ) {
    // Everybody's waiting listens for the end of the run: many are no leak here.
    setMaxListeners(0, this.over.signal);
    this.transport = nodeTransport(access.ca ? { ca: access.ca } : {});
    this.buttons = new Buttons(access.firstRun.stations, options.url, this.transport.fetch, this.figures);
  }

  /** @throws CommandFailed where nothing answers, or a person cannot sign in */
  async run(): Promise<Report> {
    const { minutes, stop } = this.options;
    try {
      for (const person of this.people()) if (!stop.aborted) await this.comeOnDuty(person);
      await this.press();
      const restEnd = performance.now() + REST_MS;
      while (this.buttons.openCalls > 0 && performance.now() < restEnd) await sleep(LOOK_MS);
      const gaps = this.nurses.reduce((sum, nurse) => sum + nurse.gaps, 0);
      const lost = [...this.acknowledged].filter(([id, dept]) => this.nurses.some((nurse) => nurse.dept === dept && !nurse.known.has(id)));
      const departments = new Set(this.nurses.map(({ dept }) => dept)).size;
      return reportOf(this.figures, { departments, nurses: this.nurses.length, minutes, gaps, lost: lost.length });
    } finally {
      this.over.abort();
      for (const nurse of this.nurses) await nurse.leave();
      this.transport.close();
    }
  }

  /** The first nurses of each department. */
  private people(): { dept: string; username: string; password: string }[] {
    const counts = new Map<string, number>();
    return this.access.firstRun.staff.flatMap(({ role, departments: [dept], username, password }) => {
      const count = counts.get(dept ?? '') ?? 0;
      if (role !== 'nurse' || dept === undefined || count >= this.options.nurses) return [];
      counts.set(dept, count + 1);
      return [{ dept, username, password }];
    });
  }

  private async comeOnDuty({ dept, username, password }: { dept: string; username: string; password: string }): Promise<void> {
    const { url, random } = this.options;
    const { fetch, WebSocket } = this.transport;
    const client = createClient({ url, transports: [webSocket()], fetch, WebSocket });
    try {
      const { user } = await patiently(() => client.signIn({ username, password }));
      const world: NurseWorld = {
        figures: this.figures,
        buttons: this.buttons,
        random,
        over: this.over.signal,
        seen: (id) => {
          if (!this.shownAt.has(id)) this.shownAt.set(id, performance.now());
          this.time(id);
        },
      };
      const nurse = new SimulatedNurse(user.id, client, dept, world);
      this.nurses.push(nurse);
      await nurse.begin();
    } catch (error) {
      client.close();
      throw new CommandFailed(EXIT.unavailable, `${username} cannot come on duty at ${url}: ${messageOf(error)}`, { cause: error });
    }
  }

  private async press(): Promise<void> {
    const { minutes, presses, random, stop } = this.options;
    const endAt = performance.now() + minutes * 60_000;
    const waiting = new Set<Promise<void>>();
    while (performance.now() < endAt && !stop.aborted) {
      const press = this.pressOne();
      waiting.add(press);
      void press.finally(() => waiting.delete(press));
      // Presses come as they do: at no fixed distance.
      await sleep((-Math.log(1 - random()) * 60_000) / presses, undefined, { signal: stop }).catch(() => undefined);
    }
    await Promise.all(waiting);
  }

  private async pressOne(): Promise<void> {
    const placed = await this.buttons.press(this.options.random);
    if (!placed) return;
    this.acknowledged.set(placed.id, placed.dept);
    this.pressedAt.set(placed.id, placed.pressedAt);
    this.time(placed.id);
  }

  /** Once both ends of the way are known. The screen has the call before the button has its answer, as a rule. */
  private time(id: string): void {
    const [from, to] = [this.pressedAt.get(id), this.shownAt.get(id)];
    if (from === undefined || to === undefined) return;
    this.figures.toScreen.add(to - from);
    this.pressedAt.delete(id);
  }
}

/** Asks again while the server is busy, as late as it says, for a bounded number of times. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      const wait = error instanceof WardlineError && error.retryable ? (error.retryAfter ?? 1) : Infinity;
      if (tries >= SIGN_IN_TRIES || wait > LONGEST_WAIT_SEC) throw error;
      await sleep(wait * 1000);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof WardlineError ? `${error.code}: ${error.message}` : error instanceof Error ? error.message : 'failed';
}
