import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TestWardline } from '../wardline.js';
import { PATIENCE_MS } from '../eventually.js';

/** The answer on a connection of the test's own. */
export interface RawAnswer {
  /** The status of the HTTP answer; undefined when none came. */
  status: number | undefined;
  headers: string;
  body: string;
  /** After a 101: the close code of the first frame, 0 when it was another frame. */
  closeCode: number | undefined;
}

/** A connection to the node, TLS where the node speaks it; its errors are swallowed, what it hears is kept. */
export function dial(target: Pick<TestWardline, 'url' | 'ca'>): { socket: Socket; ready: Promise<void> } {
  const { protocol, port } = new URL(target.url);
  const options = { host: '127.0.0.1', port: Number(port) };
  const socket = protocol === 'https:' ? connectTls({ ...options, ca: target.ca }) : connectPlain(options);
  socket.on('error', () => undefined);
  const ready = new Promise<void>((resolve) => {
    socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      resolve();
    });
    socket.once('close', () => {
      resolve();
    });
  });
  return { socket, ready };
}

/**
 * Sends the parts one after another. Resolves with the answer when the server closes, or with the first frame after a 101.
 * @param hangUp ends our side once all is sent
 */
export async function exchange(
  target: Pick<TestWardline, 'url' | 'ca'>,
  parts: readonly (string | Buffer)[],
  { hangUp = false }: { hangUp?: boolean } = {},
): Promise<RawAnswer> {
  const { socket, ready } = dial(target);
  await ready;
  const chunks: Buffer[] = [];
  const answer = new Promise<RawAnswer>((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      reject(
        new Error(`the server kept the connection open after ${JSON.stringify(Buffer.concat(chunks).toString('latin1').slice(0, 200))}`),
      );
    }, PATIENCE_MS);
    const look = (isOver: boolean) => {
      const read = parse(Buffer.concat(chunks));
      if (!isOver && read.closeCode === undefined) return;
      clearTimeout(timer);
      socket.destroy();
      resolve(read);
    };
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      look(false);
    });
    socket.once('close', () => {
      look(true);
    });
    if (socket.destroyed) look(true);
  });
  for (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (hangUp) socket.end();
  return answer;
}

function parse(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return { status: undefined, headers: '', body: '', closeCode: undefined };
  const headers = bytes.subarray(0, end).toString('latin1');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(headers)?.[1]);
  const rest = bytes.subarray(end + 4);
  if (status !== 101) return { status, headers, body: rest.toString('utf8'), closeCode: undefined };
  const isClose = rest[0] === 0x88 && rest.length >= 4;
  const closeCode = rest.length < 4 ? undefined : isClose ? rest.readUInt16BE(2) : 0;
  return { status, headers, body: '', closeCode };
}
