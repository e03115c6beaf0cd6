import { randomUUID } from 'node:crypto';
import { toApiError } from '../client/api-error.js';
import { HttpClient } from '../client/http-client.js';
import { type Target, targetAt } from '../client/target.js';
import { Screen } from '../cluster/screen.js';
import { type BenchWard, furnishWard } from '../cluster/ward.js';
import type { Bench } from '../pipe/bench.js';

export const COMMANDS = ['press', 'accept', 'arrive', 'complete'] as const;
export type Command = (typeof COMMANDS)[number];

const PRESSES = '/api/v1/stations/self/calls';

/** A department with one nurse at a screen, and a button at each of its beds. */
export class CommandWard {
  readonly client: HttpClient;
  private calls: string[] = [];
  private csrf = '';

  private constructor(
    target: Target,
    readonly ward: BenchWard,
    readonly screen: Screen,
  ) {
    this.client = new HttpClient(target);
  }

  static async open({ database, tls, atEnd }: Bench, port: number, dept: string, stations: number): Promise<CommandWard> {
    const ward = await furnishWard(database, { dept, nurses: 1, stations, secure: tls !== undefined });
    const target = targetAt(port, tls?.cert);
    const own = new CommandWard(target, ward, new Screen(0, target, ward.cookies[0] ?? '', dept));
    atEnd(async () => {
      await own.screen.close();
      own.client.close();
    });
    await own.screen.whenLive();
    const { body } = await own.client.send('GET', '/api/v1/auth/session', { headers: { cookie: own.cookie } });
    own.csrf = (body as { csrf_token: string }).csrf_token;
    return own;
  }

  /** Milliseconds from the button to the call on the screen, of the presses of the last {@link each}. */
  readonly shownMs: number[] = [];

  /** One after another at each bed. @returns the milliseconds of each */
  async each(command: Command): Promise<number[]> {
    const times: number[] = [];
    if (command === 'press') {
      this.calls = [];
      this.shownMs.length = 0;
      for (const key of this.ward.keys) {
        const { body, writtenAt, answeredAt } = await this.press(key);
        this.calls.push((body as { id: string }).id);
        times.push(answeredAt - writtenAt);
        const shownAt = await this.shown(this.calls.at(-1) ?? '');
        this.shownMs.push(shownAt - writtenAt);
      }
      return times;
    }
    for (const id of this.calls) {
      const { writtenAt, answeredAt } = await this.command(command, id);
      times.push(answeredAt - writtenAt);
    }
    return times;
  }

  press(key: string) {
    return this.send(PRESSES, { authorization: `Bearer ${key}` }, { type: 'patient_normal' });
  }

  command(command: Exclude<Command, 'press'>, id: string) {
    return this.send(`/api/v1/calls/${id}/${command}`, { cookie: this.cookie, 'x-csrf-token': this.csrf }, {});
  }

  private get cookie(): string {
    return this.ward.cookies[0] ?? '';
  }

  private async shown(id: string): Promise<number> {
    const giveUpAt = performance.now() + 5000;
    for (;;) {
      const at = this.screen.arrivals.get(id);
      if (at !== undefined) return at;
      if (performance.now() > giveUpAt) throw new Error('a call did not come to the screen');
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private async send(path: string, own: Readonly<Record<string, string>>, body: unknown) {
    const answer = await this.client.send('POST', path, { headers: { ...own, 'idempotency-key': randomUUID() }, body });
    if (answer.status > 299) throw toApiError(path, answer);
    return answer;
  }
}
