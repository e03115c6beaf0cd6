import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../platform/common/errors.js';
import type { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { CapacityGuard } from './capacity.guard.js';
import { ConnectionSlots } from './connection-slots.js';
import type { ReservedCapacity } from './reserved-capacity.js';

function upgradeOf(id: string): ExecutionContext {
  const request = { principal: { kind: 'staff', id, sessionId: id, role: 'nurse' }, socket: { destroyed: false } };
  const end = new EventEmitter();
  return {
    getType: () => 'upgrade',
    getArgByIndex: () => end,
    switchToHttp: () => ({ getRequest: () => request }),
  } as unknown as ExecutionContext;
}

function open(warnThreshold: number, maxConnections: number) {
  const slots = new ConnectionSlots({
    current: { WARN_THRESHOLD: warnThreshold, MAX_CONNECTIONS: maxConnections },
  } as unknown as LiveLimits);
  const reserve = {
    mayTakeOne: async ({ id }: { id: string }) => {
      await turn();
      return id.startsWith('on-duty');
    },
  } as unknown as ReservedCapacity;
  return { slots, guard: new CapacityGuard(slots, reserve) };
}

async function admitted(guard: CapacityGuard, ids: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(
    ids.map(async (id) => {
      try {
        return (await guard.canActivate(upgradeOf(id))) ? [id] : [];
      } catch (error) {
        expect(error).toBeInstanceOf(DomainError);
        return [];
      }
    }),
  );
  return answers.flat();
}

const people = (kind: string, count: number) => Array.from({ length: count }, (_, index) => `${kind}-${String(index)}`);

describe('the reserve of a node', () => {
  it('is held against a rush: of 20 nurses off duty at once, 5 are admitted', async () => {
    const { slots, guard } = open(5, 50);
    expect(await admitted(guard, people('off-duty', 20))).toHaveLength(5);
    expect(slots.size).toBe(5);
  });

  it('is for those who are entitled to it, up to the last place', async () => {
    const { slots, guard } = open(5, 10);
    const rush = people('off-duty', 20).flatMap((id, index) => [id, `on-duty-${String(index)}`]);
    const through = await admitted(guard, rush);
    expect(through.filter((id) => id.startsWith('off-duty')).length).toBeLessThanOrEqual(5);
    expect([through.length, slots.size]).toEqual([10, 10]);
  });
});
