import { describe, expect, it } from 'vitest';
import { readConfig } from '../../platform/config/config.js';
import type { Transactions } from '../../platform/database/transactions.js';
import { ReportsService } from './reports.service.js';

const SETTINGS = { DATABASE_URL: 'postgresql://db/wardline', SESSION_SECRETS: 'a-secret-for-tests-of-at-least-32-characters' };

describe('reports at once', () => {
  it('are three at most on a node; a place is free again when one is done or has failed', async () => {
    const ends: (() => void)[] = [];
    const run = () => new Promise((_, reject) => ends.push(() => reject(new Error('ended by the test'))));
    const reports = new ReportsService({ run } as unknown as Transactions, readConfig(SETTINGS).ward);
    const busy = [1, 2, 3].map(() => reports.read('icu', {}).catch((error: unknown) => error));
    await expect(reports.read('icu', {})).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfter: 2 });
    expect(ends).toHaveLength(3);
    ends[0]!();
    expect(await busy[0]).toMatchObject({ message: 'ended by the test' });
    const next = reports.read('icu', {});
    expect(ends).toHaveLength(4);
    for (const end of ends) end();
    await expect(next).rejects.toThrow('ended by the test');
  });
});
