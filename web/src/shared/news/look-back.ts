import type { Protocol, Wardline } from '@wardline/client';
import { type Heard, isAttendance, NOTICE_MS } from './news.js';

/** The most that the server gives at once. */
const PAGE = 200;
/** An empty ward with one open call logs about sixty events an hour: so far back lies more than two days of it. */
const MOST_PAGES = 20;

type Page = { items: readonly Omit<Heard, 'dept'>[]; head: number };

/**
 * The events of a log's end that are news, the oldest first: notices of the last half hour, and the newest word on whether
 * anybody is there, however long ago that was, within `MOST_PAGES` pages.
 */
export async function lookBack<P extends Protocol>(client: Wardline<P>, dept: string): Promise<readonly Heard[]> {
  const path = `/departments/${encodeURIComponent(dept)}/events`;
  const read = async (after: number, limit: number) => (await client.request('GET', path, { query: { after, limit } })) as Page;
  const found: Heard[] = [];
  let { head: end } = await read(0, 1);
  for (let pages = 0; pages < MOST_PAGES && end > 0; pages++) {
    const after = Math.max(0, end - PAGE);
    const { items } = await read(after, end - after);
    const news = items.filter((item) => isAttendance(item) || item.type === 'notice.posted');
    found.unshift(...news.map((item) => ({ ...item, dept })));
    const isRecent = client.serverNow() - Date.parse(items[0]?.time ?? '') < NOTICE_MS;
    if (!isRecent && found.some(isAttendance)) break;
    end = after;
  }
  return found;
}
