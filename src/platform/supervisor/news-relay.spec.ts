import { describe, expect, it } from 'vitest';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { WakeUps } from '../../events/log/wake-ups.js';
import type { FromWorker, News } from './messages.js';
import { NewsRelay } from './news-relay.js';

/** A worker's relay, whose channel takes a message when the test says so. */
function worker() {
  const sent: News[] = [];
  const taken: (() => void)[] = [];
  const relay = new NewsRelay({
    send: (message: FromWorker) => {
      if (message.kind === 'news') sent.push(message.news);
      return new Promise((resolve) => taken.push(resolve));
    },
  });
  const wakeUps = new WakeUps();
  const endings = new SessionEndings();
  const heard: string[] = [];
  wakeUps.listen((dept) => heard.push(`wake ${dept}`));
  endings.listen({ ended: (ids) => heard.push(`ended ${ids.join()}`), changed: () => heard.push('changed') });
  relay.connect(wakeUps, endings);
  return { relay, wakeUps, endings, sent, heard, take: () => taken.shift()?.() };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

describe('NewsRelay', () => {
  it('says nothing while there is nobody to tell', async () => {
    const { wakeUps, endings, sent } = worker();
    wakeUps.wake('icu');
    endings.ended(['a']);
    await turns();
    expect(sent).toEqual([]);
  });

  it('sends one message at a time, and what comes meanwhile in the next, each thing once', async () => {
    const { relay, wakeUps, endings, sent, take } = worker();
    relay.peers = 1;
    wakeUps.wake('icu');
    wakeUps.wake('icu');
    endings.ended(['a', 'b']);
    await turns();
    for (let press = 0; press < 100; press++) wakeUps.wake(press % 2 === 0 ? 'er' : 'icu');
    endings.changed();
    await turns();
    expect(sent).toEqual([{ departments: ['icu'], endedSessions: ['a', 'b'], isSessionCheckDue: false }]);
    take();
    await turns();
    expect(sent.slice(1)).toEqual([{ departments: ['er', 'icu'], endedSessions: [], isSessionCheckDue: true }]);
    take();
    await turns();
    wakeUps.wake('icu');
    await turns();
    expect(sent).toHaveLength(3);
  });

  it('has everybody checked when more sessions end than a message holds', async () => {
    const { relay, endings, sent } = worker();
    relay.peers = 1;
    endings.ended(Array.from({ length: 1001 }, (_, index) => String(index)));
    await turns();
    expect(sent).toEqual([{ departments: [], endedSessions: [], isSessionCheckDue: true }]);
  });

  it('hands on what others tell, to this worker only', async () => {
    const { relay, sent, heard } = worker();
    relay.peers = 1;
    relay.take({ departments: ['icu'], endedSessions: ['a'], isSessionCheckDue: true });
    await turns();
    expect(heard).toEqual(['wake icu', 'ended a', 'changed']);
    expect(sent).toEqual([]);
  });
});
