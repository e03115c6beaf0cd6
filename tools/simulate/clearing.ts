import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { eachLimited, patiently } from '../bench/client/patience.js';
import type { Session } from '../bench/client/session.js';

const CONCURRENCY = 4;
const PAGE = 200;
const MOST_PAGES = 50;
const HTTP_CONFLICT = 409;

const callPage = z.object({ items: z.array(z.object({ id: z.string() })) });

/**
 * Cancels, as an administrator, the calls that are still open in the simulated departments: left
 * over by a run that was cut off, or by this one. Answers how many there were.
 */
export async function clearOpenCalls(admin: Session, departments: readonly string[]): Promise<number> {
  let cleared = 0;
  await eachLimited(departments, CONCURRENCY, async (dept) => {
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const query = new URLSearchParams({ dept, state: 'open', limit: String(PAGE) }).toString();
      const answer = await patiently(() => admin.must('GET', `/api/v1/calls?${query}`));
      const { items } = callPage.parse(answer.body);
      if (items.length === 0) return;
      for (const { id } of items) {
        // Not `cleared += await …`, which would read before it waits: departments run side by side.
        const wasOpen = await cancel(admin, id);
        if (wasOpen) cleared += 1;
      }
    }
  });
  return cleared;
}

async function cancel(admin: Session, callId: string): Promise<boolean> {
  const answer = await admin.send(
    'POST',
    `/api/v1/calls/${callId}/cancel`,
    { reason: 'left open by a load simulation' },
    { 'idempotency-key': randomUUID() },
  );
  if (answer.status <= 299) return true;
  // Another person closed it in the meantime, which is as good.
  if (answer.status === HTTP_CONFLICT) return false;
  throw new Error(`call ${callId} cannot be cancelled: the server answered ${String(answer.status)}`);
}
