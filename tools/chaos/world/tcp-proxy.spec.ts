import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TcpProxy } from './tcp-proxy.js';

const always = () => 0;
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** An echo server, the proxy before it, and a client whose two ends are in our hands. */
async function connected(): Promise<{ proxy: TcpProxy; client: Socket; server: Socket; heard: () => string }> {
  const listener = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => socket.write(chunk));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => listener.close());
  const { port } = listener.address() as AddressInfo;
  const proxy = await TcpProxy.listen(() => ({ port, host: '127.0.0.1' }));
  cleanUp.push(() => proxy.close());
  const accepted = once(listener, 'connection') as Promise<[Socket]>;
  const client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => undefined);
  cleanUp.push(() => client.destroy());
  let text = '';
  client.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [server] = await accepted;
  client.write('hello ');
  await until(() => text === 'hello ');
  return { proxy, client, server, heard: () => text };
}

/** Resolves with whether an error ended it; `once` would take the error for its own. */
function closed(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => socket.once('close', resolve));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('TcpProxy', () => {
  it('resets both ends', async () => {
    const { proxy, client, server } = await connected();
    const [endOfClient, endOfServer] = [closed(client), closed(server)];
    expect(proxy.reset(1, always)).toBe(1);
    expect(await endOfClient).toBe(true);
    await endOfServer;
  });

  it('lets nothing through while it stalls, and loses nothing', async () => {
    const { proxy, client, heard } = await connected();
    const goOn = proxy.stall();
    client.write('again');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(heard()).toBe('hello ');
    goOn();
    await until(() => heard() === 'hello again');
    expect(client.destroyed).toBe(false);
  });

  it.each(['client', 'server'] as const)('leaves the %s with half a connection, which is told nothing', async (survivor) => {
    const { proxy, client, server, heard } = await connected();
    const [left, gone] = survivor === 'client' ? [client, server] : [server, client];
    const ended = closed(gone);
    expect(proxy.halfOpen(1, survivor, always)).toBe(1);
    await ended;
    left.write('is anybody there?');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(left.destroyed).toBe(false);
    expect(left.readyState).toBe('open');
    expect(heard()).toBe('hello ');
  });

  it('passes an orderly end on, and turns away who comes when nobody is there', async () => {
    const { client, server } = await connected();
    const ended = once(server, 'end');
    client.end();
    await ended;
    const deserted = await TcpProxy.listen(() => undefined);
    cleanUp.push(() => deserted.close());
    const late = connect(deserted.port, '127.0.0.1');
    late.on('error', () => undefined);
    await closed(late);
  });

  it.each(['both', 'to the server', 'to the client'] as const)(
    'lets connections fall silent (%s), tells nobody, and lets new ones work',
    async (direction) => {
      const { proxy, client, server, heard } = await connected();
      let echoed = '';
      server.on('data', (chunk: Buffer) => (echoed += chunk.toString()));
      const before = echoed;
      expect(proxy.silence(direction)).toBe(1);
      client.write('again');
      // Sent behind it on a connection that works: what passes has passed by then.
      const other = connect(proxy.port, '127.0.0.1');
      cleanUp.push(() => other.destroy());
      let answer = '';
      other.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      other.write('new');
      await until(() => answer === 'new');
      if (direction === 'to the client') await until(() => echoed === `${before}again`);
      else expect(echoed).toBe(before);
      expect(heard()).toBe('hello ');
      expect([client.destroyed, server.destroyed]).toEqual([false, false]);
    },
  );

  it('closes with a client whose server has given a silent connection up', async () => {
    const { proxy, server } = await connected();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    cleanUp.push(() => vi.useRealTimers());
    const ended = closed(server);
    proxy.silence('to the client');
    vi.runAllTimers();
    await ended;
    await proxy.close();
  });
});
