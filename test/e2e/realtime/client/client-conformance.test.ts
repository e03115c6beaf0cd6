import { createFakeServer } from '@wardline/client/testing';
import { checkedTransport } from '../../../support/clients/checked-transport.js';
import { asStation, signIn } from '../../../support/clients/client.js';
import { type ClientServer, clientContract } from '../../../support/clients/client.contract.js';
import { readLog } from '../../../support/clients/person.js';
import { stallingProxy } from '../../../support/servers/proxies/stalling-proxy.js';
import { startTestWardline } from '../../../support/wardline.js';

clientContract('the server in memory', () => {
  const fake = createFakeServer({ pollIntervalMs: 100 });
  return Promise.resolve({
    options: { url: fake.url, fetch: fake.fetch, WebSocket: fake.WebSocket },
    signIn: async (client) => {
      await client.signIn({ username: 'icu-nurse-1', password: 'any' });
    },
    press: () => Promise.resolve(fake.press('icu').id),
    cut: () => {
      fake.cut();
    },
    log: () => Promise.resolve(fake.log('icu')),
    stop: () => {
      fake.close();
      return Promise.resolve();
    },
  });
});

clientContract('the real server', async (): Promise<ClientServer> => {
  const wardline = await startTestWardline({ env: { RECEIPT_SEC: '0', FALLBACK_POLL_INTERVAL_MS: '100' } });
  const admin = await signIn(wardline, 'admin');
  const proxy = await stallingProxy({ host: '127.0.0.1', port: Number(new URL(wardline.url).port) });
  const node = checkedTransport({ ca: wardline.ca });
  const nurse = wardline.firstRun.staff.find(({ username }) => username === 'icu-nurse-1');
  const stations = wardline.firstRun.stations.filter(({ dept, kind }) => dept === 'icu' && kind === 'bedside');
  let pressed = 0;
  return {
    options: { url: `https://127.0.0.1:${String(proxy.port)}`, ...node },
    signIn: async (client) => {
      await client.signIn({ username: nurse?.username ?? '', password: nurse?.password ?? '' });
    },
    press: async () => {
      // A place has one open call of a kind: each press is at another.
      const turn = pressed++;
      const station = asStation(wardline, stations[turn % stations.length]?.id ?? '');
      const type = ['patient_normal', 'service_request'][Math.floor(turn / stations.length) % 2];
      const { status, body } = await station('POST', '/calls', { type });
      if (status !== 201) throw new Error(`the press answered ${String(status)}`);
      return body.id as string;
    },
    cut: () => {
      proxy.cut();
    },
    log: () => readLog(admin, 'icu'),
    stop: async () => {
      node.close();
      await proxy.close();
      await wardline.stop();
    },
  };
});
