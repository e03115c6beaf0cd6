import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { whenBodyIsThere } from './body-wait.js';

const PATH = 'POST / HTTP/1.1\r\nHost: x\r\n';
/** More than Node keeps unread, by far. */
const LARGE = 400_000;

let server: http.Server;
let socket: Socket;
let heard: string;
/** Headers that came, and requests that were handed on. */
let come: number;
let begun: http.IncomingMessage[];
let handle: (request: http.IncomingMessage, response: http.ServerResponse) => void;

beforeEach(async () => {
  [come, begun, heard] = [0, [], ''];
  handle = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => response.end(`[${String(Buffer.concat(chunks).length)}]`));
  };
  server = http.createServer((request, response) => {
    come += 1;
    whenBodyIsThere(request, response, () => {
      begun.push(request);
      handle(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  await once(socket, 'connect');
});
afterEach(async () => {
  socket.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const until = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 30_000, interval: 1 });
const answers = () => [...heard.matchAll(/\[(\d+)\]/g)].map(([, length]) => Number(length));

describe('a request whose body', () => {
  it('does not come is not handed on; it is when the last piece comes, and is read whole', async () => {
    socket.write(`${PATH}Content-Length: 10\r\n\r\n`);
    await until(() => come === 1);
    socket.write('12345');
    // A second connection is answered after the first piece has come.
    const other = await fetch(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, { method: 'POST', body: 'whole' });
    expect(await other.text()).toBe('[5]');
    expect(begun).toHaveLength(1);
    socket.write('67890');
    await until(() => answers().length === 1);
    expect(answers()).toEqual([10]);
    expect(begun).toHaveLength(2);
  });

  it.each([
    ['is none', `${PATH}\r\n`, 0],
    ['is empty', `${PATH}Content-Length: 0\r\n\r\n`, 0],
    ['comes with its headers', `${PATH}Content-Length: 5\r\n\r\n12345`, 5],
    ['comes in chunks', `${PATH}Transfer-Encoding: chunked\r\n\r\n3\r\n123\r\n2\r\n45\r\n0\r\n\r\n`, 5],
    ['is larger than what Node keeps', `${PATH}Content-Length: ${String(LARGE)}\r\n\r\n${'x'.repeat(LARGE)}`, LARGE],
  ])('%s is handed on, as often as it comes on a connection', async (_, text, length) => {
    socket.write(text);
    await until(() => answers().length === 1);
    socket.write(text);
    await until(() => answers().length === 2);
    expect(answers()).toEqual([length, length]);
  });

  it.each([5, LARGE])('of %i bytes is not read by its handler leaves the connection to the next request', async (length) => {
    handle = (_request, response) => response.end('[0]');
    for (let n = 1; n <= 3; n += 1) {
      socket.write(`${PATH}Content-Length: ${String(length)}\r\n\r\n${'x'.repeat(length)}`);
      await until(() => answers().length === n);
    }
    expect(begun).toHaveLength(3);
  });

  it('ends with its client is forgotten', async () => {
    socket.write(`${PATH}Content-Length: 10\r\n\r\n12345`);
    await until(() => come === 1);
    socket.resetAndDestroy();
    let left = -1;
    await until(() => {
      server.getConnections((_error, count) => (left = count));
      return left === 0;
    });
    expect(begun).toEqual([]);
  });
});
