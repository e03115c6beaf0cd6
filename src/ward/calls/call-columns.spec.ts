import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLOCKS, DEADLINE_COLUMNS, LADDER } from '../deadlines/deadlines.js';
import { CALL_STATES, DECLINE_CODES, OPEN_STATES, TIMERS, WITHDRAWAL_REASONS } from './call.js';

/** As `npm run schema` writes it; a test holds it against the database. */
const schema = readFileSync(new URL('../../platform/database/schema/schema.sql', import.meta.url), 'utf8');

/** The lines of a table: its columns and constraints. */
function linesOf(table: string): string[] {
  const [, body = ''] = schema.split(`CREATE TABLE ${table} (\n`);
  return body.split('\n);')[0]?.split('\n') ?? [];
}

const line = (table: string, start: string) => linesOf(table).find((one) => one.trim().startsWith(`${start} `)) ?? `${table}: no ${start}`;
/** The texts that a check allows. */
const allowedBy = (table: string, check: string) =>
  [...line(table, `CONSTRAINT ${check}`).matchAll(/'(\w+)'::text/g)].map(([, one]) => one);

describe('the database holds', () => {
  it.for([
    ['calls', 'calls_state_check', CALL_STATES],
    ['calls', 'superseded_while_open', OPEN_STATES],
    ['annunciations', 'annunciations_decline_code_check', DECLINE_CODES],
    ['annunciations', 'annunciations_withdrawn_reason_check', WITHDRAWAL_REASONS],
  ] as const)('the codes of the program: %s, %s', ([table, check, codes]) => {
    expect(allowedBy(table, check)).toEqual(codes);
  });

  it('the first of all clocks in calls.timer_at, by which the engine finds a call', () => {
    expect(line('calls', 'timer_at')).toContain(`LEAST(${TIMERS.join(', ')})`);
  });

  it('an index on that clock, which a migration that drops the column takes with it', () => {
    expect(schema).toContain('CREATE INDEX calls_timer_due ON public.calls USING btree (timer_at) WHERE (timer_at IS NOT NULL);');
  });

  it.for(['calls', 'call_types', 'escalation_policies', 'department_type_policies'])(
    'each deadline in a column of %s, a day at most',
    (table) => {
      const bounds = linesOf(table).filter((one) => /86400|is_ladder/.test(one));
      for (const column of DEADLINE_COLUMNS) {
        expect(line(table, column)).toContain(`${column} integer`);
        expect([column, bounds.some((one) => one.includes(column))]).toEqual([column, true]);
      }
    },
  );

  it('no deadlines of a type in a department that give none', () => {
    const columns = [LADDER.l1Sec, ...Object.values(CLOCKS)].map(({ column }) => column);
    expect(line('department_type_policies', 'CONSTRAINT department_type_policies_check')).toContain(`num_nonnulls(${columns.join(', ')})`);
  });
});
