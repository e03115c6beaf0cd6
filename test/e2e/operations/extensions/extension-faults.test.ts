import { Injectable } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { type DispatchableCall, type DispatchCandidate, DispatchStrategy } from '../../../../src/ward/calls/dispatch/dispatch-strategy.js';
import { EscalationPolicyProvider } from '../../../../src/ward/calls/policies/escalation-policy.js';
import type { EscalationPolicy } from '../../../../src/ward/deadlines/deadlines.js';
import { asStation, request } from '../../../support/clients/client.js';
import { dispatchStrategyContract } from '../../../../src/testing/contracts/dispatch-strategy.contract.js';
import { parseMetrics } from '../../../support/checks/metrics.js';
import { CareGoesRound } from '../../../support/own-hospital.js';
import { Person } from '../../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';

let wardline: TestWardline | undefined;
afterEach(async () => {
  await wardline?.stop();
  wardline = undefined;
});

const never = new Promise<never>(() => undefined);
let asked = 0;

type Choose = (call: DispatchableCall, candidates: readonly DispatchCandidate[], signal: AbortSignal) => Promise<string> | string;

function strategyThat(choose: Choose) {
  @Injectable()
  class Strategy extends DispatchStrategy {
    choose(...args: Parameters<Choose>): Promise<string> | string {
      asked += 1;
      return choose(...args);
    }
  }
  return Strategy;
}

/** A press in a ward with these nurses on duty. @returns the answer, and the people asked */
async function press(target: TestWardline) {
  const answer = await asStation(target, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
  const rows = await target.database.query<{ reason: string; staff_id: string }>(
    'SELECT reason, staff_id FROM annunciations WHERE call_id = $1',
    [answer.body.id],
  );
  return { status: answer.status, asked: rows.map(({ staff_id }) => staff_id) };
}

async function onDuty(target: TestWardline, username = 'icu-nurse-1'): Promise<Person> {
  const nurse = await Person.come(target, username);
  await nurse.startShift('icu');
  return nurse;
}

const failures = async (point: string, reason: string) =>
  parseMetrics(String((await request(wardline!, 'GET', '/metrics')).body)).value('wardline_extension_failures_total', { point, reason });

describe('a dispatch strategy', () => {
  it.each<[string, string, Choose]>([
    ['throws', 'threw', () => Promise.reject(new Error('a defect of the extension'))],
    [
      'throws before it answers',
      'threw',
      () => {
        throw new Error('not even a promise');
      },
    ],
    ['hangs', 'timeout', () => never],
    ['names nobody of the department', 'invalid', () => '00000000-0000-4000-8000-000000000000'],
    ['names nobody', 'invalid', () => undefined as never],
    ['answers nonsense', 'invalid', () => ({ staffId: 'x' }) as never],
  ])('that %s loses no press: the queue’s own order decides, and the failure is counted', async (_, reason, choose) => {
    wardline = await startTestWardline({ dispatchStrategy: strategyThat(choose) });
    const nurse = await onDuty(wardline);
    expect(await press(wardline)).toEqual({ status: 201, asked: [nurse.session.user.id] });
    expect(await failures('dispatch_strategy', reason)).toBe(1);
  });

  it('chooses among the candidates, in their order, and the chosen one goes to the tail', async () => {
    const seen: string[][] = [];
    const last: Choose = (_, candidates) => {
      seen.push(candidates.map(({ staffId }) => staffId));
      return candidates.at(-1)!.staffId;
    };
    wardline = await startTestWardline({ dispatchStrategy: strategyThat(last) });
    const [first, second] = [await onDuty(wardline, 'icu-nurse-1'), await onDuty(wardline, 'icu-nurse-2')];
    const [a, b] = [first.session.user.id, second.session.user.id];
    expect(await press(wardline)).toEqual({ status: 201, asked: [b] });
    await first.session.post('/calls', { type: 'service_request', room_id: 'icu-102' });
    expect(seen).toEqual([
      [a, b],
      [a, b],
    ]);
  });

  it('that failed three times within a minute is not asked for a minute', async () => {
    wardline = await startTestWardline({ dispatchStrategy: strategyThat(() => Promise.reject(new Error('no'))) });
    const nurse = await onDuty(wardline);
    asked = 0;
    for (const type of ['patient_normal', 'service_request', 'bed_exit', 'device_alarm', 'technical_fault'])
      expect((await nurse.session.post('/calls', { type, room_id: 'icu-101' })).status).toBe(201);
    expect(asked).toBe(3);
  });
});

describe('the strategy of the example keeps the promise', () => {
  dispatchStrategyContract(it, () => ({
    strategy: new CareGoesRound(),
    calls: ['service_request', 'code_blue'].map((type) => ({ id: 'a-call', dept: 'icu', roomId: 'icu-101', type, rank: 1 })),
  }));
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
    wardline = await startTestWardline({ escalationPolicy: Policies });
    const nurse = await onDuty(wardline);
    expect(await press(wardline)).toEqual({ status: 201, asked: [nurse.session.user.id] });
    expect(await failures('escalation_policy', reason)).toBe(1);
    const [row] = await wardline.database.query<{ seconds: number }>(
      'SELECT round(extract(epoch FROM next_escalation_at - placed_at))::int AS seconds FROM calls ORDER BY placed_at DESC LIMIT 1',
    );
    expect(row?.seconds).toBe(90);
  });
});
