import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asStation } from '../../support/clients/client.js';
import { logOf, Person, readLog } from '../../support/clients/person.js';
import { freePort } from '../../support/servers/free-port.js';
import { type ProxiedDatabase, proxiedDatabase } from '../../support/servers/proxies/proxied-database.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** Longer than SERVER_STALE_SEC and the grace. */
const AWAY_MS = 8000;
const STATIONS = ['icu-101-bed', 'icu-102-bed'] as const;

let proxied: ProxiedDatabase;
let wardline: TestWardline;

beforeAll(async () => {
  wardline = await startTestWardline({
    env: { SERVER_HEARTBEAT_SEC: '1', SERVER_STALE_SEC: '3', NURSE_DISCONNECT_GRACE_SEC: '2', STATION_STALE_SEC: '5' },
    databaseUrlFor: async (url) => {
      proxied = await proxiedDatabase(url);
      return proxied.url;
    },
  });
});
afterAll(async () => {
  await wardline.stop();
  await proxied.proxy.close();
});

describe('a database that is away for a while, under a node that lives', () => {
  it('takes nobody for gone: the ward finds its people, calls and stations as they were', async () => {
    const [nurse, colleague] = [await Person.come(wardline, 'icu-nurse-1'), await Person.come(wardline, 'icu-nurse-2')];
    for (const person of [nurse, colleague]) await person.startShift('icu');
    const stations = STATIONS.map((id) => asStation(wardline, id));
    for (const station of stations) expect((await station('POST', '/heartbeat')).status).toBe(200);
    const { body: held } = await stations[0]!('POST', '/calls', { type: 'patient_normal' });
    expect((await nurse.session.post(`/calls/${held.id as string}/accept`)).status).toBe(200);
    const before = (await readLog(nurse.session, 'icu')).length;

    proxied.proxy.pointTo({ host: '127.0.0.1', port: await freePort() });
    proxied.proxy.cut();
    await sleep(AWAY_MS);
    proxied.proxy.pointTo(proxied.target);
    // As a station does that was refused meanwhile.
    const pressed = await eventually(async () => {
      const answer = await stations[1]!('POST', '/calls', { type: 'patient_normal' });
      return answer.status === 201 ? answer.body : undefined;
    }, 'a press');
    await eventually(() => wardline.log.find((line) => line.includes('"database.came_back"')), 'the end of the outage');
    for (const station of stations) expect((await station('POST', '/heartbeat')).status).toBe(200);
    await sleep(4000);

    const after = (await readLog(nurse.session, 'icu')).slice(before);
    expect(after.map(({ type }) => type)).toEqual(['call.pending', 'call.assigned']);
    expect((await nurse.session.get(`/calls/${held.id as string}`)).body).toMatchObject({ state: 'accepted', level: 0 });
    expect((await logOf(nurse.session, 'icu', pressed.id as string)).map(({ type }) => type)).toEqual(['call.pending']);
  });
});
