import { createClient } from '@wardline/client';
import { createFakeServer } from '@wardline/client/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type News, NO_NEWS } from './news.js';
import { watchNews } from './watch-news.js';

const undos: (() => void)[] = [];
afterEach(() => {
  for (const undo of undos.splice(0)) undo();
});

function ward() {
  const server = createFakeServer();
  const client = createClient({ url: server.url, fetch: server.fetch, WebSocket: server.WebSocket });
  undos.push(() => {
    client.close();
    server.close();
  });
  return { server, client };
}

function watch({ client }: ReturnType<typeof ward>): () => News {
  let news = NO_NEWS;
  undos.push(
    watchNews(client, ['icu'], (next) => {
      news = next;
    }),
  );
  return () => news;
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });

describe('the news of a department', () => {
  it('know a ward that has been unattended for longer than many events', async () => {
    const { server, client } = ward();
    server.append('icu', 'department.attended', { dept: 'icu' });
    server.append('icu', 'department.unattended', { dept: 'icu', open_calls: 1 });
    for (let count = 0; count < 1500; count++) server.append('icu', 'station.stale', {});
    const news = watch({ server, client });
    await until(() => {
      expect([...news().unattended]).toEqual(['icu']);
    });
  });

  it('are looked for again when a new picture stands for the events between', async () => {
    const { server, client } = ward();
    server.append('icu', 'department.unattended', { dept: 'icu', open_calls: 1 });
    const news = watch({ server, client });
    await until(() => {
      expect([client.status.phase, [...news().unattended]]).toEqual(['live', ['icu']]);
    });
    server.unreachable(true);
    server.cut();
    server.append('icu', 'department.attended', { dept: 'icu' });
    server.append('icu', 'notice.posted', { code: 'fire_drill' });
    server.newEpoch();
    server.unreachable(false);
    await until(() => {
      expect([[...news().unattended], news().notices.map(({ code }) => code)]).toEqual([[], ['fire_drill']]);
    });
  });

  it('keep an event that came while the log was read', async () => {
    const { server, client } = ward();
    server.append('icu', 'department.unattended', { dept: 'icu', open_calls: 1 });
    const request = client.request.bind(client);
    vi.spyOn(client, 'request').mockImplementation(async (...args) => {
      const answer = await request(...args);
      server.append('icu', 'department.attended', { dept: 'icu' });
      return answer;
    });
    undos.push(client.department('icu').subscribe(() => undefined));
    await until(() => {
      expect(client.status.phase).toBe('live');
    });
    const changes: string[][] = [];
    undos.push(
      watchNews(client, ['icu'], ({ unattended }) => {
        changes.push([...unattended]);
      }),
    );
    await until(() => {
      expect(client.request).toHaveBeenCalledTimes(2);
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(changes.at(-1) ?? []).toEqual([]);
  });

  it('show a notice for half an hour, each once', async () => {
    const { server, client } = ward();
    server.append('icu', 'notice.posted', { code: 'quiet_hours' });
    const news = watch({ server, client });
    await until(() => {
      expect(news().notices).toHaveLength(1);
    });
    server.append('icu', 'notice.posted', { code: 'fire_drill' });
    await until(() => {
      expect(news().notices.map(({ code }) => code)).toEqual(['fire_drill', 'quiet_hours']);
    });
  });
});
