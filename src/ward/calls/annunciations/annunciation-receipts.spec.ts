import { expect, it } from 'vitest';
import type { StaffPrincipal } from '../../../identity/access/principal.js';
import { DeliveryProgress } from '../../../events/delivery/delivery-progress.js';
import { SystemClock } from '../../../platform/common/clock.js';
import type { Database } from '../../../platform/database/database.js';
import type { Transactions } from '../../../platform/database/transactions.js';
import type { Logger } from '../../../platform/logging/logger.js';
import { AnnunciationReceipts } from './annunciation-receipts.js';

it('a receipt from the future swallows no other of the same flush; of many the furthest are written', async () => {
  const written: number[][] = [];
  const database = {
    query: (_statement: unknown, [, , seqs]: number[][]) => {
      written.push(seqs ?? []);
      return Promise.resolve([]);
    },
  } as unknown as Database;
  const progress = new DeliveryProgress();
  const nothing = undefined as unknown as Transactions;
  const receipts = new AnnunciationReceipts(progress, database, nothing, new SystemClock(), undefined as unknown as Logger);
  receipts.onModuleInit();
  const anna = { kind: 'staff', id: 'anna', role: 'nurse', departments: ['icu', 'med'] } as unknown as StaffPrincipal;
  for (const seq of [1e9, 413, 413]) progress.acknowledged(anna, 'icu', seq);
  for (let seq = 1; seq <= 20; seq++) progress.acknowledged(anna, 'med', seq);
  await receipts.beforeApplicationShutdown();
  expect(written).toEqual([[1e9, 413, 20, 19, 18, 17, 16, 15, 14, 13]]);
});
