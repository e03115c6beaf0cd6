import { describe, expect, it } from 'vitest';
import type { Database } from '../../platform/database/database.js';
import { AuditQueryService } from './audit-query.service.js';

const hash = (text: string) => Buffer.from(text);
const headAt = (purged: number) => ({
  last: 10,
  hash: hash('10'),
  purged,
  anchor: hash(String(purged)),
  first: purged + 1,
  newest: 10,
  purgeRecord: true,
});

/** @param heads what each reading of the head finds; the last one stays. Links hold from `remaining` on. */
function verifying(heads: ReturnType<typeof headAt>[], remaining: number) {
  let reading = 0;
  const database = {
    query: ({ name }: { name: string }, values: number[] = []) => {
      if (name.startsWith('audit_head_')) return Promise.resolve([heads[Math.min(reading++, heads.length - 1)]]);
      if (name.startsWith('count_audit_before_')) return Promise.resolve([{ count: 0 }]);
      const [at = 0] = values;
      return Promise.resolve([{ broken_at: at === remaining ? null : remaining + 1, last: 10, last_hash: hash('10') }]);
    },
  } as unknown as Database;
  return new AuditQueryService(database).verify();
}

describe('the record', () => {
  it('is whole where a purge has moved its anchor while it was read', async () => {
    expect(await verifying([headAt(0), headAt(4)], 4)).toEqual({ ok: true, checked: 6, broken_at: null });
  });

  it('is broken where its anchor has not moved', async () => {
    expect(await verifying([headAt(0)], 4)).toEqual({ ok: false, checked: 0, broken_at: 5 });
  });

  it('is read at most five times', async () => {
    const heads = [0, 1, 2, 3, 4, 5, 6].map(headAt);
    await expect(verifying(heads, 9)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 1 });
  });
});
