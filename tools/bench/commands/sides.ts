import { fileURLToPath } from 'node:url';
import { CpuMeter } from '../escalation/cpu-cost.js';
import type { Bench } from '../pipe/bench.js';
import { WardlineServer } from '../pipe/ward/wardline-server.js';
import { Child } from '../process/child.js';
import type { PROBE } from '../process/probe.js';

const LISTENING = /listening on https?:\/\/\S+:(\d+)/;

/** A server under measure. */
export interface Side {
  readonly name: string;
  readonly port: number;
  readonly child: Child<typeof PROBE>;
}

export interface Cost {
  /** Milliseconds from the request to its answer. */
  readonly answeredMs: number[];
  /** Milliseconds of CPU for each request. */
  readonly nodeMs: number;
  readonly databaseMs: number;
}

export async function startWardline(bench: Bench, name: string, more: { url?: string; root?: string; node?: string } = {}): Promise<Side> {
  const { url = bench.database.url, ...how } = more;
  const server = await WardlineServer.start({ databaseUrl: url, tls: bench.tls, ...how });
  bench.atEnd(() => server.stop());
  return { name, port: server.port, child: server.child };
}

export async function startBare(bench: Bench, name: string, url = bench.database.url): Promise<Side> {
  const child = startProgram<typeof PROBE>('./bare.js', [url], ['--expose-gc']);
  bench.atEnd(() => child.stop());
  return { name, port: Number(await child.printed(LISTENING)), child };
}

/** @returns the database's URL by way of a proxy that delays each direction */
export async function moveAway(bench: Bench, delayMs: number): Promise<string> {
  const url = new URL(bench.database.url);
  const folder = url.searchParams.get('host');
  const port = url.port === '' ? '5432' : url.port;
  const target = folder?.startsWith('/') === true ? `${folder}/.s.PGSQL.${port}` : `${url.hostname}:${port}`;
  const child = startProgram('./far-database.js', [target, String(delayMs)]);
  bench.atEnd(() => child.stop());
  url.searchParams.delete('host');
  url.hostname = '127.0.0.1';
  url.port = await child.printed(LISTENING);
  return url.href;
}

function startProgram<A extends Readonly<Record<string, (argument: never) => unknown>>>(
  file: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Child<A> {
  const program = fileURLToPath(new URL(file, import.meta.url));
  return Child.start<A>({ runtime: process.execPath, args: [...flags, program, ...args], env: {} });
}

/** @param work answers with the milliseconds of each request */
export async function costOf({ database }: Bench, side: Side, work: () => Promise<number[]>): Promise<Cost> {
  const meter = await CpuMeter.start(database, []);
  const before = await side.child.ask('usage');
  const answeredMs = await work();
  const after = await side.child.ask('usage');
  const { database_ms = Number.NaN } = meter.stop();
  const each = answeredMs.length;
  return { answeredMs, nodeMs: (after.cpu_us - before.cpu_us) / 1000 / each, databaseMs: database_ms / each };
}
