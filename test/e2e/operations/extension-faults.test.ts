import { Injectable } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { statement } from '../../../src/platform/database/statement.js';
import type { Transaction } from '../../../src/platform/database/transactions.js';
import { type DispatchableCall, DispatchStrategy, type DispatchTarget } from '../../../src/ward/calls/dispatch/dispatch-strategy.js';
import { type EscalationPolicy, EscalationPolicyProvider } from '../../../src/ward/calls/policies/escalation-policy.js';
import { asStation, request } from '../../support/client.js';
import { parseMetrics } from '../../support/metrics.js';
import { Person } from '../../support/person.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline | undefined;
afterEach(() => wardline?.stop());

const never = new Promise<never>(() => undefined);
const write = statement('test_write_department', "UPDATE departments SET name = 'written by an extension' WHERE id = $1");
let asked = 0;

type Next = (tx: Transaction, call: DispatchableCall) => Promise<DispatchTarget | undefined>;

function strategyThat(next: Next) {
  @Injectable()
  class Strategy extends DispatchStrategy {
    next(tx: Transaction, call: DispatchableCall): Promise<DispatchTarget | undefined> {
      asked += 1;
      return next(tx, call);
    }
  }
  return Strategy;
}

/** A ward with one nurse on duty, and a press in it. @returns the answer, and the reasons and people asked */
async function press(target: TestWardline, nurse: Person) {
  const answer = await asStation(target, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
  const rows = await target.database.query<{ reason: string; staff_id: string }>(
    'SELECT reason, staff_id FROM annunciations WHERE call_id = $1',
    [answer.body.id],
  );
  return { status: answer.status, isNurseAsked: rows.some(({ staff_id }) => staff_id === nurse.session.user.id), rows };
}

async function comeOnDuty(target: TestWardline): Promise<Person> {
  const nurse = await Person.come(target, 'icu-nurse-1');
  await nurse.startShift('icu');
  return nurse;
}

const failures = async (point: string, reason: string) =>
  parseMetrics(String((await request(wardline!, 'GET', '/metrics')).body)).value('wardline_extension_failures_total', { point, reason });

describe('a dispatch strategy', () => {
  it.each<[string, string, Next]>([
    ['throws', 'threw', () => Promise.reject(new Error('a defect of the extension'))],
    [
      'throws before it answers',
      'threw',
      () => {
        throw new Error('not even a promise');
      },
    ],
    ['hangs', 'timeout', () => never],
    [
      'names nobody of the department',
      'invalid',
      () => Promise.resolve({ staffId: '00000000-0000-4000-8000-000000000000', reason: 'queue' }),
    ],
    ['answers nonsense', 'invalid', () => Promise.resolve({ staffId: 'x', reason: 'because' } as never)],
    ['breaks the transaction', 'threw', (tx) => tx.query(statement('test_no_table', 'SELECT 1 FROM no_such_table')).then(() => undefined)],
  ])('that %s loses no press: the default asks the nurse, and the failure is counted', async (_, reason, next) => {
    wardline = await startTestWardline({ dispatchStrategy: strategyThat(next) });
    const nurse = await comeOnDuty(wardline);
    expect(await press(wardline, nurse)).toMatchObject({ status: 201, isNurseAsked: true });
    expect(await failures('dispatch_strategy', reason)).toBe(1);
  });

  it('that fails has written nothing, and writes nothing later', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const next: Next = async (tx) => {
      await tx.query(write, ['icu']);
      late = new Promise((resolve) => setTimeout(resolve, 400)).then(() => tx.query(write, ['icu']));
      late.catch(() => undefined);
      return never;
    };
    wardline = await startTestWardline({ dispatchStrategy: strategyThat(next) });
    const nurse = await comeOnDuty(wardline);
    expect(await press(wardline, nurse)).toMatchObject({ status: 201, isNurseAsked: true });
    await expect(late).rejects.toThrow('taken back');
    const [row] = await wardline.database.query<{ name: string }>("SELECT name FROM departments WHERE id = 'icu'");
    expect(row?.name).not.toBe('written by an extension');
  });

  it('that failed three times within a minute is not asked for a minute', async () => {
    wardline = await startTestWardline({ dispatchStrategy: strategyThat(() => Promise.reject(new Error('no'))) });
    const nurse = await comeOnDuty(wardline);
    asked = 0;
    for (const type of ['patient_normal', 'service_request', 'bed_exit', 'device_alarm', 'technical_fault'])
      expect((await nurse.session.post('/calls', { type, room_id: 'icu-101' })).status).toBe(201);
    expect(asked).toBe(3);
  });
});

describe('an escalation policy', () => {
  const ladder = { l1Sec: 90, l2Sec: 180, l3Sec: 300, repeatSec: 60 };
  it.each<[string, string, () => Promise<EscalationPolicy>]>([
    ['throws', 'threw', () => Promise.reject(new Error('a defect of the extension'))],
    ['hangs', 'timeout', () => never],
    ['answers a repeat of zero', 'invalid', () => Promise.resolve({ ...ladder, repeatSec: 0 })],
    ['falls', 'invalid', () => Promise.resolve({ ...ladder, l2Sec: 10 })],
    ['answers nothing', 'invalid', () => Promise.resolve(undefined as never)],
  ])('that %s loses no press: the settings decide', async (_, reason, policyFor) => {
    @Injectable()
    class Policies extends EscalationPolicyProvider {
      policyFor(): Promise<EscalationPolicy> {
        return policyFor();
      }
    }
    wardline = await startTestWardline({ escalationPolicies: Policies });
    const nurse = await comeOnDuty(wardline);
    expect(await press(wardline, nurse)).toMatchObject({ status: 201, isNurseAsked: true });
    expect(await failures('escalation_policy', reason)).toBe(1);
    const [row] = await wardline.database.query<{ seconds: number }>(
      'SELECT round(extract(epoch FROM next_escalation_at - placed_at))::int AS seconds FROM calls ORDER BY placed_at DESC LIMIT 1',
    );
    expect(row?.seconds).toBe(90);
  });
});
