import type { Protocol, Wardline } from '@wardline/client';
import { onLive } from '../on-live.js';
import { untilDone } from '../until-done.js';
import { lookBack } from './look-back.js';
import { forgetOld, hear, isAttendance, type News, NO_NEWS } from './news.js';

const SWEEP_MS = 30_000;

/**
 * News of departments: from the log's end on, then event by event, and from the log's end again after each return to `live`,
 * because a new picture may stand for events that nobody saw.
 * @returns its end
 */
export function watchNews<P extends Protocol>(client: Wardline<P>, depts: readonly string[], onNews: (news: News) => void): () => void {
  let news = NO_NEWS;
  const change = (next: News) => {
    if (next === news) return;
    news = next;
    onNews(news);
  };
  const watches = depts.map((dept) => {
    let isOvertaken = false;
    const look = untilDone(async () => {
      isOvertaken = false;
      const found = await lookBack(client, dept);
      // An event that came meanwhile is newer than the log's end was.
      const heard = found.filter((event) => !isOvertaken || !isAttendance(event));
      change(forgetOld(heard.reduce(hear, news), client.serverNow()));
    });
    const undo = client.department(dept).on('*', (event) => {
      if (isAttendance(event)) isOvertaken = true;
      change(hear(news, event));
    });
    return { look, undo };
  });
  const undoLive = onLive(client, () => {
    for (const { look } of watches) look.again();
  });
  const sweep = setInterval(() => {
    change(forgetOld(news, client.serverNow()));
  }, SWEEP_MS);
  return () => {
    clearInterval(sweep);
    undoLive();
    for (const { look, undo } of watches) {
      look.stop();
      undo();
    }
    onNews = () => undefined;
  };
}
