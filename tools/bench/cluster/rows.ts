import { fileURLToPath } from 'node:url';
import type { Bench, Outcome } from '../pipe/bench.js';
import { row, whole } from '../pipe/report.js';
import { Child } from '../process/child.js';
import { startRedis, withoutRedis } from './bench-cluster.js';
import type { RedisStatistics } from './redis-statistics.js';
import type { RegistryAnswers, Timing } from './registry-node.js';

/** The first look is at so many times fewer rows: what grows with them shows. */
const FEWER = 100;
const CALLS = 2000;
const PAGE = 100;
const SMALL_ROOM = 50;

interface Look {
  readonly rows: number;
  readonly online: Timing & { readonly redis_usec: number };
  readonly page: Timing & { readonly redis_usec: number };
}

/** Bytes for each row. */
interface Weight {
  readonly what: string;
  readonly redis_bytes: number;
  readonly process_rss_bytes: number;
  readonly process_heap_bytes: number;
  /** Microseconds in Redis to write one. */
  readonly redis_usec: number;
}

/** The cost of `onlineCount` and `membersPaged`, and the size of a row, with the given number of rows in Redis. */
export async function clusterRows(bench: Bench): Promise<Outcome> {
  const { options, say } = bench;
  const title = `cluster-rows: ${whole(options.rows)} owners and room members in Redis`;
  const missing = withoutRedis(title);
  if (missing) return missing;
  const { redis, statistics } = await startRedis(bench);
  const program = fileURLToPath(new URL('registry-node.js', import.meta.url));
  const node = Child.start<RegistryAnswers>({ runtime: process.execPath, args: ['--expose-gc', program], env: {} });
  bench.atEnd(() => node.stop());
  await node.ask('open', redis.url);
  const few = Math.max(1, Math.floor(options.rows / FEWER));
  const weigh = (what: string, rows: number, write: () => Promise<void>) => weighed({ node, statistics, what, rows, write });

  await node.ask('own', few);
  await node.ask('join', { room: 'few', size: few });
  const looks = [await look(node, statistics, few, 'few-0')];
  await node.ask('leave', { room: 'few', size: few });
  say(`${whole(few)} rows looked at`);
  const added = options.rows - few;
  const weights = [await weigh('an owner', added, () => node.ask('own', options.rows))];
  weights.push(await weigh('a member of one room of all', options.rows, () => node.ask('join', { room: 'all', size: options.rows })));
  say(`${whole(options.rows)} rows are there`);
  looks.push(await look(node, statistics, options.rows, 'all-0'));
  weights.push(
    await weigh(`a member of a room of ${String(SMALL_ROOM)}`, options.rows, () => node.ask('join', { room: 'small', size: SMALL_ROOM })),
  );
  return {
    title,
    lines: lines(looks, weights),
    settings: { rows: options.rows, calls: CALLS, page: PAGE, redis: await statistics.version() },
    result: { looks, weights },
    goals: [],
  };
}

async function look(node: Child<RegistryAnswers>, statistics: RedisStatistics, rows: number, room: string): Promise<Look> {
  await node.ask('countOnline', CALLS / 10);
  await statistics.reset();
  const online = await node.ask('countOnline', CALLS);
  const counted = (await statistics.commands()).get('scard')?.usecEach ?? Number.NaN;
  await statistics.reset();
  const page = await node.ask('readPages', { room, page: PAGE, count: CALLS });
  const paged = (await statistics.commands()).get('evalsha')?.usecEach ?? Number.NaN;
  return { rows, online: { ...online, redis_usec: counted }, page: { ...page, redis_usec: paged } };
}

interface Weighing {
  readonly node: Child<RegistryAnswers>;
  readonly statistics: RedisStatistics;
  readonly what: string;
  readonly rows: number;
  readonly write: () => Promise<void>;
}

async function weighed({ node, statistics, what, rows, write }: Weighing): Promise<Weight> {
  const [bytes, used] = [await statistics.usedBytes(), await node.ask('settle')];
  await statistics.reset();
  await write();
  const usec = (await statistics.commands()).get('evalsha')?.usecEach ?? Number.NaN;
  const [bytesAfter, usedAfter] = [await statistics.usedBytes(), await node.ask('settle')];
  return {
    what,
    redis_bytes: (bytesAfter - bytes) / rows,
    process_rss_bytes: (usedAfter.rss - used.rss) / rows,
    process_heap_bytes: (usedAfter.heap_used - used.heap_used) / rows,
    redis_usec: usec,
  };
}

function lines(looks: readonly Look[], weights: readonly Weight[]): string[] {
  const cells = ({ p50_ms, p99_ms, redis_usec }: Look['online']) => [p50_ms.toFixed(3), p99_ms.toFixed(3), redis_usec.toFixed(1)];
  return [
    row('call', 'p50 ms', 'p99 ms', 'µs in Redis'),
    ...looks.map(({ rows, online }) => row(`onlineCount, ${whole(rows)} owners`, ...cells(online))),
    ...looks.map(({ rows, page }) => row(`membersPaged(${String(PAGE)}) of ${whole(rows)}`, ...cells(page))),
    '',
    row('bytes for each', 'Redis', 'process heap', 'process RSS', 'µs in Redis'),
    ...weights.map(({ what, redis_bytes, process_heap_bytes, process_rss_bytes, redis_usec }) =>
      row(what, whole(redis_bytes), whole(process_heap_bytes), whole(process_rss_bytes), redis_usec.toFixed(1)),
    ),
    `(${whole(CALLS)} calls one after another, seen by the node; µs in Redis: usec_per_call of INFO commandstats, to write one in the second table; an owner is a user with one connection, members are those users)`,
  ];
}
