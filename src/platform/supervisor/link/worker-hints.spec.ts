import { describe, expect, it } from 'vitest';
import { EndedSessions } from '../../../identity/access/ended-sessions.js';
import { SessionEndings } from '../../../identity/sessions/session-endings.js';
import { LogNotifier } from '../../../events/log/log-notifier.js';
import type { FromWorker, News } from './messages.js';
import { WorkerHints } from './worker-hints.js';

/** A worker's relay, whose channel takes a message when the test says so. */
function worker() {
  const sent: News[] = [];
  const taken: (() => void)[] = [];
  const relay = new WorkerHints({
    send: (message: FromWorker) => {
      if (message.kind === 'news') sent.push(message.news);
      return new Promise((resolve) => taken.push(resolve));
    },
  });
  const logNotifier = new LogNotifier();
  const endings = new SessionEndings(new EndedSessions());
  const heard: string[] = [];
  logNotifier.onNotify((dept) => heard.push(`wake ${dept}`));
  endings.listen({ ended: (ids) => heard.push(`ended ${ids.join()}`), changed: () => heard.push('changed') });
  relay.connect(logNotifier, endings);
  return { relay, logNotifier, endings, sent, heard, take: () => taken.shift()?.() };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

describe('WorkerHints', () => {
  it('says nothing while there is nobody to tell', async () => {
    const { logNotifier, endings, sent } = worker();
    logNotifier.notify('icu');
    endings.ended(['a']);
    await turns();
    expect(sent).toEqual([]);
  });

  it('sends one message at a time, and what comes meanwhile in the next, each thing once', async () => {
    const { relay, logNotifier, endings, sent, take } = worker();
    relay.peers = 1;
    logNotifier.notify('icu');
    logNotifier.notify('icu');
    endings.ended(['a', 'b']);
    await turns();
    for (let press = 0; press < 100; press++) logNotifier.notify(press % 2 === 0 ? 'er' : 'icu');
    endings.changed();
    await turns();
    expect(sent).toEqual([{ departments: ['icu'], endedSessions: ['a', 'b'], isSessionCheckDue: false }]);
    take();
    await turns();
    expect(sent.slice(1)).toEqual([{ departments: ['er', 'icu'], endedSessions: [], isSessionCheckDue: true }]);
    take();
    await turns();
    logNotifier.notify('icu');
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
