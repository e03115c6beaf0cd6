import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { CapacityError } from '../../../src/cluster/ports/backplane-errors.js';
import { RedisBackplane } from '../../../src/cluster/redis/redis-backplane.js';
import { createLogger } from '../../../src/platform/logging/logger.js';
import { packageVersion } from '../../../src/platform/system/package-version.js';
import { type AnyFrame, asStation, type Session, signIn, Socket } from '../../support/clients/client.js';
import { TestCluster } from '../../support/servers/cluster.js';
import { describeWithRedis } from '../../support/servers/redis.js';
import { eventually } from '../../support/eventually.js';

const SECRETS = ['the-first-secret-of-the-bus-which-signs', 'the-older-secret-of-the-bus-that-verifies'];
/** Only wake-ups bring events, and only the bus brings revocations. */
const NEVER = { POLL_INTERVAL_MS: '60000', SESSION_CHECK_INTERVAL_SEC: '3600' };

const of = (socket: Socket, type: string): AnyFrame[] => socket.frames.filter((frame) => frame.type === type);

describeWithRedis('two nodes on one database and one Redis', () => {
  let cluster: TestCluster;
  let anna: Session;
  let ben: Session;
  let med: Session;

  beforeAll(async () => {
    cluster = await TestCluster.open(2, { ...NEVER, ROOM_RATE_LIMIT: '10/60', OWNER_CAPACITY: '6', ROOM_MEMBERS_CAPACITY: '5' });
    [anna, ben, med] = (await Promise.all(['icu-nurse-1', 'icu-nurse-2', 'med-nurse-1'].map((name) => signIn(cluster.node(0), name)))) as [
      Session,
      Session,
      Session,
    ];
  });
  afterEach(() => cluster.empty());
  afterAll(() => cluster.stop());

  const press = (index: number, station = 'icu-101-bed') =>
    asStation(cluster.node(index), station)('POST', '/calls', { type: 'patient_normal' });
  const channels = async () =>
    ((await cluster.redis.command('PUBSUB', 'CHANNELS')) as string[]).map((name) => name.replace(/^wardline:\{\w+\}:/, ''));

  it('what is committed on one node wakes the readers on the other, without a poll', async () => {
    const [here, there] = [await cluster.socket(0, anna), await cluster.socket(1, ben)];
    for (const socket of [here, there]) await socket.ask({ type: 'subscribe', dept: 'icu' });
    await eventually(async () => ((await channels()).includes('d:icu') ? true : undefined), 'the channel of the department');
    for (const index of [0, 1, 0, 1]) {
      const head = (await anna.get('/departments/icu/snapshot')).body.seq as number;
      const answer = await press(index, `icu-10${String(index + 1)}-bed`);
      expect(answer.status).toBeLessThan(300);
      for (const socket of [here, there]) await socket.until((frame) => frame.seq > head && frame.type !== 'snapshot', 'the event');
      await cluster.admin.post(`/calls/${answer.body.id as string}/cancel`, { reason: 'test' });
    }
    expect(here.events('icu').map((event) => event.seq)).toEqual(there.events('icu').map((event) => event.seq));
  });

  it('a department’s channel has those nodes in it that have a reader, and no others', async () => {
    const reader = await cluster.socket(1, med);
    await reader.ask({ type: 'subscribe', dept: 'med' });
    const name = await eventually(
      async () => ((await cluster.redis.command('PUBSUB', 'CHANNELS')) as string[]).find((channel) => channel.endsWith(':d:med')),
      'the channel of the department',
    );
    expect(await cluster.redis.command('PUBSUB', 'NUMSUB', name)).toEqual([name, 1]);
    expect((await channels()).some((channel) => channel === 'd:surg')).toBe(false);
  });

  it('a message to a client reaches all their connections on all nodes, and tells how many nodes took it', async () => {
    const [phone, desktop] = [await cluster.socket(0, anna), await cluster.socket(1, anna)];
    await cluster.online(1);
    for (const index of [0, 1]) {
      expect(await cluster.hub(index).sendToClient(anna.user.id, { index })).toBe(2);
      for (const socket of [phone, desktop]) await socket.until((frame) => frame.type === 'direct.message' && frame.data.index === index);
    }
    phone.close();
    await phone.untilClosed();
    await eventually(async () => ((await cluster.hub(0).sendToClient(anna.user.id, {})) === 1 ? true : undefined), 'one node');
    expect(await cluster.hub(1).onlineByServer()).toEqual(
      new Map([
        [cluster.hub(0).serverId, 0],
        [cluster.hub(1).serverId, 1],
      ]),
    );
  });

  it('a room is one room: roster, presence and messages', async () => {
    const [here, there] = [await cluster.socket(0, anna), await cluster.socket(1, ben)];
    await here.ask({ type: 'room.join', room: 'dept:icu' });
    expect((await there.ask({ type: 'room.join', room: 'dept:icu' })).data).toMatchObject({
      size: 2,
      members: [anna.user.id, ben.user.id].sort(),
    });
    await here.until((frame) => frame.type === 'room.presence' && frame.joined.includes(ben.user.id), 'who came on the other node');
    expect((await there.ask({ type: 'room.push', room: 'dept:icu', data: { n: 1 } })).data).toEqual({ room: 'dept:icu', nodes: 2 });
    const [one, other] = [await here.until((f) => f.type === 'room.message'), await there.until((f) => f.type === 'room.message')];
    expect(one).toEqual(other);
    expect(await cluster.hub(0).room('dept:icu').isMember(ben.user.id)).toBe(true);
    there.close();
    await here.until((frame) => frame.type === 'room.presence' && frame.left.includes(ben.user.id), 'who left on the other node');
    expect(await cluster.hub(1).room('dept:icu').members()).toEqual([{ userId: anna.user.id, connections: 1 }]);
  });

  it('a user can be put into a room and out of it from any node, with all connections', async () => {
    const [phone, desktop] = [await cluster.socket(0, anna), await cluster.socket(1, anna)];
    await cluster.online(1);
    await eventually(async () => ((await cluster.hub(0).sendToClient(anna.user.id, {})) === 2 ? true : undefined), 'both owned');
    const room = cluster.hub(0).room('chosen');
    expect(await room.join(anna.user.id)).toBe(true);
    expect(await room.join(anna.user.id)).toBe(false);
    expect((await room.membersPaged(null, 10)).items).toEqual([{ userId: anna.user.id, connections: 2 }]);
    await eventually(async () => ((await cluster.hub(1).room('chosen').push({ n: 1 })) === 2 ? true : undefined), 'both nodes in the room');
    for (const socket of [phone, desktop]) await socket.until((frame) => frame.type === 'room.message');
    expect(await cluster.hub(1).room('chosen').leave(anna.user.id)).toBe(true);
    expect(await room.size()).toBe(0);
    expect(await room.push({ n: 2 })).toBe(0);
  });

  it('capacities count over all nodes', async () => {
    const everybody = await Promise.all(['icu-nurse-3', 'icu-nurse-4', 'icu-nurse-5'].map((name) => signIn(cluster.node(0), name)));
    for (const [index, session] of [anna, ben, med, ...everybody].entries()) await cluster.socket(index % 2, session);
    await cluster.online(6);
    const seventh = await Socket.open(cluster.node(1), cluster.admin.cookie);
    expect((await seventh.untilClosed()).code).toBe(4013);
    await cluster.socket(1, anna);
    for (let n = 0; n < 5; n++)
      await cluster
        .hub(n % 2)
        .room(`r${String(n)}`)
        .join(ben.user.id);
    await expect(cluster.hub(0).room('one-more').join(ben.user.id)).rejects.toBeInstanceOf(CapacityError);
  });

  it('a room’s limit counts over all nodes', async () => {
    const [here, there] = [await cluster.socket(0, anna), await cluster.socket(1, ben)];
    for (const socket of [here, there]) await socket.ask({ type: 'room.join', room: 'dept:icu' });
    const answers: AnyFrame[] = [];
    for (let n = 0; n < 14; n++) answers.push(await (n % 2 ? here : there).ask({ type: 'room.push', room: 'quiet:limit', data: { n } }));
    expect(answers.map(({ type }) => type)).toEqual([...Array<string>(10).fill('ok'), ...Array<string>(4).fill('error')]);
    for (const answer of answers.slice(10)) expect(answer).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
  });

  it('a broadcast reaches everybody on every node, and answers how many nodes took it', async () => {
    const sockets = [await cluster.socket(0, anna), await cluster.socket(1, ben), await cluster.socket(1, med)];
    expect((await cluster.admin.post('/admin/broadcast', { data: { drill: 1 } })).body).toEqual({ nodes: 2 });
    for (const socket of sockets) {
      await socket.until((frame) => frame.type === 'broadcast' && frame.data.drill === 1);
      expect(of(socket, 'broadcast')).toHaveLength(1);
    }
  });

  it('a session that is ended on one node closes its sockets on the other at once', async () => {
    const session = await signIn(cluster.node(0), 'icu-nurse-6');
    const socket = await cluster.socket(1, session);
    expect((await session.post('/auth/logout')).status).toBe(204);
    await socket.until((frame) => frame.type === 'session_revoked');
    expect((await socket.untilClosed()).code).toBe(4401);
  });

  it('a membership that is ended on one node ends the subscription on the other at once', async () => {
    const socket = await cluster.socket(1, med);
    await socket.ask({ type: 'subscribe', dept: 'med' });
    const memberships = await cluster.admin.get(`/admin/memberships?staff_id=${med.user.id}`);
    const { staff_id, dept } = memberships.body.items[0] as { staff_id: string; dept: string };
    expect((await cluster.admin.send('DELETE', `/admin/memberships/${staff_id}/${dept}`)).status).toBe(204);
    expect(await socket.until((frame) => frame.type === 'unsubscribed')).toMatchObject({ dept: 'med', reason: 'membership_ended' });
    await cluster.admin.post('/admin/memberships', { staff_id, dept });
  });

  it('a reliable message is taken by a connection on whichever node has one, once', async () => {
    const socket = await cluster.socket(1, anna);
    await cluster.online(1);
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push(await cluster.hub(0).sendReliable(anna.user.id, { n }));
    await socket.until((frame) => frame.id === ids.at(-1));
    expect(of(socket, 'direct.message').map(({ id }) => id)).toEqual(ids);
    const seen: [number, unknown][] = [];
    for (const index of [0, 1]) {
      cluster.hub(index).consumeReliable('lab', (data) => {
        seen.push([index, data['n']]);
        return Promise.resolve();
      });
    }
    for (let n = 0; n < 20; n++) await cluster.hub(n % 2).publishReliable('lab', { n });
    await eventually(() => (seen.length === 20 ? true : undefined), 'all messages of the channel');
    expect(seen.map(([, n]) => n).sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('lists its nodes with state, version and heartbeat', async () => {
    await cluster.socket(1, anna);
    await cluster.online(1);
    const { body } = await cluster.admin.get('/admin/servers');
    expect(body).toMatchObject({ degraded: false, next_cursor: null });
    expect(body.items).toHaveLength(2);
    for (const item of body.items) {
      expect(item).toMatchObject({ version: packageVersion(), stale: false });
      expect(item.heartbeat_age_sec).toBeLessThan(30);
      expect(Date.parse(item.started_at)).toBeLessThan(Date.now() + 60_000);
    }
    expect(body.items.find((item: AnyFrame) => item.self).server_id).toBe(cluster.hub(0).serverId);
    expect(body.items.find((item: AnyFrame) => !item.self).online).toBe(1);
  });

  it('a node that stops in order takes its rows along', async () => {
    const three = await TestCluster.open(1, { REDIS_URL: cluster.redis.url });
    const socket = await three.socket(0, await signIn(three.node(0), 'icu-nurse-1'));
    await three.online(1);
    const keys = async () =>
      ((await cluster.redis.command('KEYS', 'wardline:*')) as string[]).filter((key) => /\}:(u:|s:|r:|online|members|rooms)/.test(key));
    const before = (await keys()).length;
    expect(before).toBeGreaterThan(0);
    await three.stop();
    expect((await socket.untilClosed()).code).toBe(1001);
    expect(await keys()).toEqual([]);
  });
});

describeWithRedis('a sweep by hand', () => {
  it('removes what a dead node left and nothing else, answers the rows, is audited, and tells who left a room', async () => {
    const cluster = await TestCluster.open(1, { SERVER_STALE_SEC: '3' });
    try {
      const anna = await signIn(cluster.node(0), 'icu-nurse-1');
      const socket = await cluster.socket(0, anna);
      await socket.ask({ type: 'room.join', room: 'dept:icu' });
      const facility = /\{(\w+)\}/.exec(((await cluster.redis.command('PUBSUB', 'CHANNELS')) as string[])[0] ?? '')?.[1] ?? '';
      const logger = await createLogger({ level: 'fatal', pretty: false });
      const ghost = new RedisBackplane({ url: cluster.redis.url, serverId: 'ghost', facility, logger });
      await ghost.start();
      await ghost.servers.beat({ state: 'running', version: '0.0.9', startedAt: Date.now(), connections: 2 });
      for (const connectionId of ['g1', 'g2']) await ghost.owners.own({ userId: 'casper', connectionId, nonce: 'n' }, null);
      await ghost.rooms.join({ room: 'dept:icu', userId: 'casper', connectionId: 'g1' }, null);
      await ghost.rooms.join({ room: 'haunted', userId: 'casper', connectionId: 'g2' }, null);
      await ghost.stop();
      expect(await cluster.hub(0).onlineCount()).toBe(2);
      expect((await cluster.admin.post('/admin/gc')).body.reaped).toMatchObject({ servers: 0, owners: 0 });
      const servers = async () => (await cluster.admin.get('/admin/servers')).body.items as AnyFrame[];
      await eventually(
        async () => ((await servers()).some(({ server_id, stale }) => server_id === 'ghost' && stale) ? true : undefined),
        'a stale node',
      );
      const swept = await cluster.admin.post('/admin/gc');
      expect(swept.status).toBe(200);
      expect(swept.body.reaped).toMatchObject({ servers: 1, owners: 2, room_members: 2, rooms: 1 });
      await socket.until((frame) => frame.type === 'room.presence' && frame.left.includes('casper'), 'who left with the node');
      expect((await servers()).map(({ self }) => self as boolean)).toEqual([true]);
      expect(await cluster.hub(0).onlineCount()).toBe(1);
      expect(await cluster.hub(0).room('dept:icu').members()).toEqual([{ userId: anna.user.id, connections: 1 }]);
      const audit = await cluster.admin.get('/admin/audit?action=cluster.gc&limit=1');
      expect(audit.body.items[0]).toMatchObject({ action: 'cluster.gc', result: 'ok', detail: { servers: 1, owners: 2 } });
    } finally {
      await cluster.stop();
    }
  });
});

describeWithRedis('the limit of a client', () => {
  it('counts over all nodes, and is each node’s own while Redis is away', async () => {
    const cluster = await TestCluster.open(2, { CLIENT_RATE_LIMIT: '10/600' });
    try {
      const anna = await signIn(cluster.node(0), 'icu-nurse-1');
      const [here, there] = [await cluster.socket(0, anna), await cluster.socket(1, anna)];
      const ask = async (count: number) => {
        const types: string[] = [];
        for (let n = 0; n < count; n++) types.push((await (n % 2 ? here : there).ask({ type: 'unsubscribe', dept: 'icu' })).type as string);
        return types.filter((type) => type === 'ok').length;
      };
      expect(await ask(14)).toBe(10);
      await cluster.redis.kill();
      await cluster.untilRedis(false);
      // Five were let through on each node.
      expect(await ask(14)).toBe(10);
    } finally {
      await cluster.stop();
    }
  });
});

describeWithRedis('a bus that is signed', () => {
  let cluster: TestCluster;
  let anna: Session;
  beforeAll(async () => {
    cluster = await TestCluster.open(2, { ...NEVER, CHANNEL_HMAC_SECRETS: SECRETS.join(',') });
    anna = await signIn(cluster.node(0), 'icu-nurse-1');
  });
  afterEach(() => cluster.empty());
  afterAll(() => cluster.stop());

  const failures = () => [0, 1].map((index) => cluster.hub(index).stats.hmac_verify_failures_total);

  async function facility(): Promise<string> {
    const names = (await cluster.redis.command('PUBSUB', 'CHANNELS')) as string[];
    return /\{(\w+)\}/.exec(names[0] ?? '')?.[1] ?? '';
  }

  async function forge(more: { at?: number; secret?: string; id?: string; kind?: string; data?: unknown } = {}): Promise<string> {
    const frame = { type: 'broadcast', text: '{"type":"broadcast","from":null,"id":"x","ts":1,"data":{"forged":true}}' };
    const { at = Date.now(), secret, id = randomUUID(), kind = 'broadcast', data = { frame } } = more;
    const json = JSON.stringify({ id, from: 'somebody', at, kind, data });
    const signature =
      secret === undefined
        ? ''
        : createHmac('sha256', secret)
            .update(`${await facility()}\n${json}`)
            .digest('base64url');
    return `${signature}.${json}`;
  }

  const publish = async (text: string) => cluster.redis.command('PUBLISH', `wardline:{${await facility()}}:all`, text);

  it('works: nodes understand each other', async () => {
    const socket = await cluster.socket(1, anna);
    expect(await cluster.hub(0).broadcast({ n: 1 })).toBe(2);
    await socket.until((frame) => frame.type === 'broadcast');
    expect(failures()).toEqual([0, 0]);
  });

  it('drops and counts what is not signed, badly signed, too old, from the future, seen before, or no message at all', async () => {
    const socket = await cluster.socket(1, anna);
    const twice = await forge({ secret: SECRETS[1]!, id: 'twice' });
    const bad = [
      await forge(),
      await forge({ secret: 'a-secret-that-nobody-has-been-given-here' }),
      await forge({ secret: SECRETS[0]!, at: Date.now() - 60_000 }),
      await forge({ secret: SECRETS[0]!, at: Date.now() + 60_000 }),
      (await forge({ secret: SECRETS[0]! })).replace('forged', 'FORGED'),
      'no message',
      '{}',
      '.{}',
      '',
    ];
    const before = failures();
    for (const text of bad) expect(await publish(text)).toBe(2);
    await eventually(
      () => (failures().every((count, index) => count === before[index]! + bad.length) ? true : undefined),
      'all drops counted',
    );
    expect(of(socket, 'broadcast')).toEqual([]);
    await publish(twice);
    await socket.until((frame) => frame.type === 'broadcast' && frame.data.forged === true, 'what an older secret has signed');
    await publish(twice);
    await eventually(
      () => (failures().every((count, index) => count === before[index]! + bad.length + 1) ? true : undefined),
      'the replay counted',
    );
    expect(of(socket, 'broadcast')).toHaveLength(1);
  });

  it('lives on when what is well signed makes no sense', async () => {
    const socket = await cluster.socket(1, anna);
    for (const [kind, data] of [
      ['unknown', {}],
      ['broadcast', null],
      ['room.message', 7],
      ['sessions.ended', {}],
      ['room.moved', []],
    ] as const)
      await publish(await forge({ secret: SECRETS[0]!, kind, data }));
    expect(await cluster.hub(0).broadcast({ alive: true })).toBe(2);
    await socket.until((frame) => frame.type === 'broadcast' && frame.data.alive === true);
  });
});
