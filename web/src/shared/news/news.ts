import type { EventFrame, WardlineProtocol } from '@wardline/client';

export type NoticeCode = WardlineProtocol['events']['notice.posted']['code'];

export interface Notice {
  readonly id: string;
  readonly dept: string;
  readonly code: NoticeCode;
  readonly time: number;
}

/** Departments without anybody, and notices that are still news. */
export interface News {
  readonly unattended: ReadonlySet<string>;
  readonly notices: readonly Notice[];
}

export type Heard = Pick<EventFrame, 'id' | 'type' | 'dept' | 'time' | 'data'>;

const MOST_NOTICES = 3;
export const NOTICE_MS = 30 * 60_000;
export const NO_NEWS: News = { unattended: new Set(), notices: [] };

export function isAttendance({ type }: Pick<Heard, 'type'>): boolean {
  return type === 'department.unattended' || type === 'department.attended';
}

/** The news after one more event; the same object where it is none. */
export function hear(news: News, { id, type, dept, time, data }: Heard): News {
  if (type === 'department.unattended') return { ...news, unattended: new Set([...news.unattended, dept]) };
  if (type === 'department.attended') return { ...news, unattended: new Set([...news.unattended].filter((one) => one !== dept)) };
  if (type !== 'notice.posted' || news.notices.some((one) => one.id === id)) return news;
  const notice = { id, dept, code: (data as { code: NoticeCode }).code, time: Date.parse(time) };
  return { ...news, notices: [notice, ...news.notices].sort((a, b) => b.time - a.time).slice(0, MOST_NOTICES) };
}

export function forgetOld(news: News, now: number): News {
  const notices = news.notices.filter(({ time }) => now - time < NOTICE_MS);
  return notices.length === news.notices.length ? news : { ...news, notices };
}
