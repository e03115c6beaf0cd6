import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../../src/ward/reports/report.js';
import { type BenchDatabase, createBenchDatabase } from '../append/bench-database.js';
import { quantile } from '../append/statistics.js';
import { toApiError } from '../client/api-error.js';
import { CommandWard } from '../commands/command-ward.js';
import { startWardline } from '../commands/sides.js';
import { routesTo } from '../fleet/connecting.js';
import { DIALECTS } from '../fleet/frames/dialects.js';
import { Resumer } from '../fleet/resumer.js';
import type { Bench } from '../pipe/bench.js';
import { hireAdministrator } from '../pipe/ward/staff.js';
import { type Explained, PageStatement } from './page-plan.js';
import { DEPT, fillPast, type Past } from './past.js';

const STATIONS = 50;
const PAGE = 50;
/** As many as are replayed at most before a snapshot is sent. */
export const RESUMED = 1000;
const RESUMES = 10;
const RESUME_TIMEOUT_MS = 10_000;
const READS = 30;
const REPORTS = 5;
const DAY_MS = 86_400_000;

/** Milliseconds, medians of a round. */
export interface Figures {
  readonly newest_statement: number;
  readonly newest_page: number;
  readonly middle_statement: number;
  readonly middle_page: number;
  readonly resume: number;
  readonly press: number;
  readonly accept: number;
  readonly open_calls: number;
  readonly day_report: number;
  readonly long_report: number;
}
export type Figure = keyof Figures;

export interface Round {
  readonly figures: Figures;
  /** The parts of the plans of both pages that grow with the log. */
  readonly dear: readonly string[];
  /** How many calls the reports cover. */
  readonly day_calls: number;
  readonly long_calls: number;
}

/** A node with a database of its own and so much behind it. */
export class HistorySide {
  private constructor(
    readonly name: string,
    private readonly database: BenchDatabase,
    private readonly port: number,
    private readonly ward: CommandWard,
    private readonly admin: string,
    private readonly statement: PageStatement,
  ) {}

  /** @param past what is there before the node starts */
  static async start(bench: Bench, name: string, past: Past): Promise<HistorySide> {
    const database = await createBenchDatabase(bench.database.url);
    bench.atEnd(() => database.drop());
    await fillPast(database, past, (line) => {
      bench.say(`${name}: ${line}`);
    });
    const own = { ...bench, database };
    const server = await startWardline(own, name);
    const ward = await CommandWard.open(own, server.port, DEPT, STATIONS);
    const client = await database.connect();
    bench.atEnd(() => client.end());
    const admin = await hireAdministrator(database, false);
    return new HistorySide(name, database, server.port, ward, admin, await PageStatement.prepare(client));
  }

  /** Everything once. The calls that it opens are closed at its end. */
  async measure(): Promise<Round> {
    const head = await this.head();
    const middle = Math.floor(head / 2);
    const [newestPlan, middlePlan] = [await this.explain(head - PAGE), await this.explain(middle)];
    const newest = await this.timesOf(this.page(head - PAGE), READS);
    const inTheMiddle = await this.timesOf(this.page(middle), READS);
    const resume: number[] = [];
    for (let n = 0; n < RESUMES; n += 1) resume.push(await this.resume(head));
    const press = await this.ward.each('press');
    const openCalls = await this.timesOf(`/api/v1/calls?dept=${DEPT}`, READS);
    const accept = await this.ward.each('accept');
    for (const command of ['arrive', 'complete'] as const) await this.ward.each(command);
    const day = await this.report(2 * DAY_MS, DAY_MS);
    const long = await this.report(100 * DAY_MS, 0);
    return {
      figures: {
        newest_statement: p50(newestPlan.ms),
        newest_page: p50(newest),
        middle_statement: p50(middlePlan.ms),
        middle_page: p50(inTheMiddle),
        resume: p50(resume),
        press: p50(press),
        accept: p50(accept),
        open_calls: p50(openCalls),
        day_report: p50(day.ms),
        long_report: p50(long.ms),
      },
      dear: [...new Set([...newestPlan.dear, ...middlePlan.dear])],
      day_calls: day.calls,
      long_calls: long.calls,
    };
  }

  private async head(): Promise<number> {
    const [stream] = await this.database.query<{ head: number }>('SELECT last_seq::float8 AS head FROM dept_stream WHERE dept_id = $1', [
      DEPT,
    ]);
    if (!stream) throw new Error(`${DEPT} has no log`);
    return stream.head;
  }

  private explain(after: number): Promise<Explained> {
    return this.statement.explain(DEPT, after, PAGE);
  }

  private page(after: number): string {
    return `/api/v1/departments/${DEPT}/events?after=${String(after)}&limit=${String(PAGE)}`;
  }

  private async timesOf(path: string, count: number): Promise<number[]> {
    const times: number[] = [];
    for (let n = 0; n < count; n += 1) times.push((await this.get(path)).ms);
    return times;
  }

  private async get(path: string): Promise<{ ms: number; body: unknown }> {
    const answer = await this.ward.client.send('GET', path, { headers: { cookie: this.admin } });
    if (answer.status !== 200) throw toApiError(path, answer);
    return { ms: answer.answeredAt - answer.writtenAt, body: answer.body };
  }

  /** From so long ago to so long ago. */
  private async report(fromMs: number, toMs: number): Promise<{ ms: number[]; calls: number }> {
    const now = Date.now();
    const [from, to] = [fromMs, toMs].map((ago) => new Date(now - ago).toISOString());
    const ms: number[] = [];
    let calls = 0;
    for (let n = 0; n < REPORTS; n += 1) {
      const answer = await this.get(`/api/v1/departments/${DEPT}/report?from=${String(from)}&to=${String(to)}`);
      ms.push(answer.ms);
      calls = (answer.body as Pick<Report, 'calls'>).calls.reduce((sum, { placed }) => sum + placed, 0);
    }
    return { ms, calls };
  }

  /** From `subscribe` until the last of the missed events. @throws Error when a snapshot comes instead, or a gap */
  private async resume(head: number): Promise<number> {
    const route = routesTo({ port: this.port, ca: undefined }, DIALECTS.wardline, [this.admin])(0);
    let arrivedAt = 0;
    const resumer = new Resumer(route, DEPT, ({ last }) => {
      if (last >= head) arrivedAt = performance.now();
    });
    resumer.last = head - RESUMED;
    resumer.come();
    const giveUpAt = performance.now() + RESUME_TIMEOUT_MS;
    try {
      while (arrivedAt === 0) {
        if (performance.now() > giveUpAt) throw new Error(`a resume ended at ${String(resumer.last)} of ${String(head)}`);
        await sleep(1);
      }
    } finally {
      resumer.cut();
    }
    if (resumer.gaps + resumer.snapshots + resumer.failures > 0) throw new Error('a resume had a gap, a snapshot or a failure');
    return arrivedAt - resumer.askedAt;
  }
}

function p50(times: readonly number[]): number {
  return quantile(times, 0.5);
}
