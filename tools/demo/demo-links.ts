import { createClient } from '@wardline/client';
import type { nodeTransport } from '@wardline/client/node';
import type { FirstRun } from '../bench/client/first-run.js';

/** Addresses that need no account: a wall board, by a code that works once, and the page of a bed. */
export interface DemoLinks {
  readonly board: string;
  readonly guest: string;
}

export async function makeDemoLinks(url: string, transport: ReturnType<typeof nodeTransport>, firstRun: FirstRun): Promise<DemoLinks> {
  const client = createClient({ url, fetch: transport.fetch, WebSocket: transport.WebSocket });
  try {
    await client.signIn({ username: firstRun.admin.username, password: firstRun.admin.password });
    const departments = [...new Set(firstRun.stations.map(({ dept }) => dept))];
    const { code } = (await client.request('POST', '/admin/boards', { body: { name: 'Demo', departments } })) as { code: string };
    const { path } = (await client.request('POST', '/admin/departments/icu/beds/icu-101-a/guest-link', { body: {} })) as { path: string };
    await client.signOut();
    return { board: `${url}/board/icu#code=${code}`, guest: url + path };
  } finally {
    client.close();
  }
}
