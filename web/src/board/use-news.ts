import type { EventFrame, Wardline } from '@wardline/client';
import { useEffect, useState } from 'react';
import { untilDone } from '../shared/until-done.js';

export interface Notice {
  readonly id: string;
  readonly dept: string;
  readonly code: string;
  readonly time: number;
}

/** Departments without anybody, and notices that are still news. */
export interface News {
  readonly unattended: ReadonlySet<string>;
  readonly notices: readonly Notice[];
}

const MOST_NOTICES = 3;
const NOTICE_MS = 30 * 60_000;
const SWEEP_MS = 30_000;
/** A board that starts looks back so far for what is still news. */
const LOOK_BACK = 200;
const NONE: News = { unattended: new Set(), notices: [] };

type Heard = Pick<EventFrame, 'id' | 'type' | 'dept' | 'time' | 'data'>;

/** The news after one more event; the same object where it is none. */
export function hear(news: News, { id, type, dept, time, data }: Heard): News {
  if (type === 'department.unattended') return { ...news, unattended: new Set([...news.unattended, dept]) };
  if (type === 'department.attended') return { ...news, unattended: new Set([...news.unattended].filter((one) => one !== dept)) };
  if (type !== 'notice.posted' || news.notices.some((one) => one.id === id)) return news;
  const notice = { id, dept, code: (data as { code: string }).code, time: Date.parse(time) };
  return { ...news, notices: [notice, ...news.notices].sort((a, b) => b.time - a.time).slice(0, MOST_NOTICES) };
}

export function forgetOld(news: News, now: number): News {
  const notices = news.notices.filter(({ time }) => now - time < NOTICE_MS);
  return notices.length === news.notices.length ? news : { ...news, notices };
}

/** News of the departments, from the log's end on, then event by event. */
export function useNews(client: Wardline, ids: readonly string[]): News {
  const [news, setNews] = useState(NONE);
  useEffect(() => {
    let ended = false;
    const undo = ids.map((id) =>
      client.department(id).on('*', (event) => {
        if (event.type.startsWith('department.') || event.type === 'notice.posted') setNews((before) => hear(before, event));
      }),
    );
    const looks = ids.map((dept) =>
      untilDone(async () => {
        const path = `/departments/${encodeURIComponent(dept)}/events`;
        const read = async (after: number, limit: number) =>
          (await client.request('GET', path, { query: { after, limit } })) as { items: Omit<Heard, 'dept'>[]; head: number };
        const { head } = await read(0, 1);
        const { items } = await read(Math.max(0, head - LOOK_BACK), LOOK_BACK);
        if (!ended)
          setNews((before) =>
            forgetOld(
              items.reduce((so, item) => hear(so, { ...item, dept }), before),
              client.serverNow(),
            ),
          );
      }),
    );
    const sweep = setInterval(() => {
      setNews((before) => forgetOld(before, client.serverNow()));
    }, SWEEP_MS);
    return () => {
      ended = true;
      clearInterval(sweep);
      for (const look of looks) look.stop();
      for (const one of undo) one();
    };
  }, [client, ids]);
  return news;
}
