import { z } from 'zod';
import type { StaffPrincipal } from '../../../identity/access/principal.js';
import { type Page, readCursor, toPage } from '../../../platform/common/values/paging.js';
import type { Database } from '../../../platform/database/database.js';
import { type Statement, statement } from '../../../platform/database/statement.js';
import { CALL_VIEW, type CallView, OPEN_STATES } from '../call.js';
import type { CallsQuery } from './call-schemas.js';

interface Filter {
  /** SQL over `calls c`. */
  readonly where: (parameter: string) => string;
  readonly parameter: (query: CallsQuery, staff: StaffPrincipal) => unknown;
}

/** The filters of every list of calls. The field of each is in `callsQuery`, with its description for the docs. */
const FILTERS: readonly Filter[] = [
  {
    where: (depts) => `(${depts}::text[] IS NULL OR c.dept_id = ANY(${depts}))`,
    parameter: ({ dept }, { role, departments }) => (dept !== undefined ? [dept] : role === 'admin' ? null : departments),
  },
  {
    where: (states) => `c.state = ANY(${states})`,
    parameter: ({ state }) => (state === 'open' ? OPEN_STATES : [state]),
  },
];

const at = (place: number) => `$${String(place)}`;
const FILTERED = FILTERS.map(({ where }, index) => where(at(index + 1))).join(' AND ');
/** The parameters behind those of the filters. */
const [first, second, third, fourth] = [1, 2, 3, 4].map((place) => at(FILTERS.length + place));
const microseconds = (parameter: string | undefined) => `timestamptz 'epoch' + make_interval(secs => ${parameter}::numeric / 1000000)`;

/** @param after SQL: the call is behind the place of the cursor */
function list(name: string, after: string, by: string, limit: string | undefined): Statement {
  return statement(
    name,
    `SELECT ${CALL_VIEW}, (extract(epoch FROM c.placed_at) * 1000000)::bigint::text AS position
   FROM calls c JOIN departments d ON d.id = c.dept_id AND d.retired_at IS NULL
   WHERE ${FILTERED} AND (${after}) ORDER BY ${by} LIMIT ${limit}`,
  );
}

type ListedCall = CallView & { position: string };
const placed = z.string().regex(/^\d{1,18}$/);

/** Each order: its statement, and the place of a call in it, as cursors carry it. */
const ORDERS = {
  priority: {
    list: list(
      'list_calls',
      `${first}::int IS NULL OR (-c.priority, c.placed_at, c.id) > (-${first}::int, ${microseconds(second)}, ${third}::uuid)`,
      'c.priority DESC, c.placed_at, c.id',
      fourth,
    ),
    place: z.tuple([z.int(), placed, z.guid()]),
    placeOf: ({ priority, position, id }: ListedCall) => [priority, position, id],
  },
  newest: {
    list: list(
      'list_newest_calls',
      `${first}::numeric IS NULL OR (c.placed_at, c.id) < (${microseconds(first)}, ${second}::uuid)`,
      'c.placed_at DESC, c.id DESC',
      third,
    ),
    place: z.tuple([placed, z.guid()]),
    placeOf: ({ position, id }: ListedCall) => [position, id],
  },
} as const satisfies Record<CallsQuery['order'], unknown>;

/** A page of the calls that the filters let pass. */
export async function listCalls(database: Database, staff: StaffPrincipal, query: CallsQuery): Promise<Page<CallView>> {
  const { list: statementOf, place, placeOf } = ORDERS[query.order];
  const after = readCursor(place, query.cursor) ?? place.def.items.map(() => null);
  const filters = FILTERS.map(({ parameter }) => parameter(query, staff));
  const rows = await database.query<ListedCall>(statementOf, [...filters, ...after, query.limit + 1]);
  const page = toPage(rows, query.limit, placeOf);
  return { ...page, items: page.items.map(({ position: _, ...call }) => call) };
}
