import { once } from 'node:events';
import type { Socket as NetSocket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Connections } from '../../../src/realtime/connection/connections.js';
import { request, type Session, signIn } from '../../support/clients/client.js';
import { dial } from '../../support/clients/raw-connection.js';
import { upgradeText } from '../../support/clients/upgrade.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const TEXT = 0x81;
const CLOSE = 0x88;
const NO_MASK = Buffer.alloc(4);
const OVERSIZE = Buffer.from([TEXT, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, ...NO_MASK]);
const PING = masked(TEXT, Buffer.from('{"type":"ping","t":7}'));

let wardline: TestWardline;
let anna: Session;
const dialled: NetSocket[] = [];

beforeAll(async () => {
  wardline = await startTestWardline();
  anna = await signIn(wardline, 'icu-nurse-1');
});
afterEach(() => {
  for (const socket of dialled.splice(0)) socket.destroy();
});
afterAll(() => wardline.stop());

function masked(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([opcode, 0x80 | payload.length]), NO_MASK, payload]);
}

/** First bytes of the frames that follow the answer to the upgrade. */
function opcodesOf(heard: Buffer): number[] {
  const opcodes: number[] = [];
  for (let at = heard.indexOf('\r\n\r\n') + 4; at < heard.length;) {
    const short = heard.readUInt8(at + 1);
    opcodes.push(heard.readUInt8(at));
    at += short === 126 ? 4 + heard.readUInt16BE(at + 2) : 2 + short;
  }
  return opcodes;
}

/** A socket of the test's own, past its `hello`. */
async function open(): Promise<{ socket: NetSocket; heard: () => Buffer }> {
  const { socket, ready } = dial(wardline);
  dialled.push(socket);
  await ready;
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(upgradeText('/ws', { cookie: anna.cookie }));
  await eventually(() => (Buffer.concat(chunks).includes('"hello"') ? true : undefined), 'hello');
  return { socket, heard: () => Buffer.concat(chunks) };
}

describe('behind a close frame nothing is sent', () => {
  it.each([
    ['the client closes', masked(CLOSE, Buffer.from([0x03, 0xe8])), 1000],
    ['the client sends a frame that is too large', OVERSIZE, 1009],
    ['the client sends a frame that is none', Buffer.from([0x83, 0x80, ...NO_MASK]), 1002],
  ])('where %s together with a frame that is answered', async (_, last, code) => {
    const { socket, heard } = await open();
    const ended = once(socket, 'end');
    socket.write(Buffer.concat([PING, last]));
    await ended;
    const opcodes = opcodesOf(heard());
    expect(opcodes.filter((one) => one === CLOSE)).toHaveLength(1);
    expect(opcodes.at(-1)).toBe(CLOSE);
    expect(heard().readUInt16BE(heard().length - 2)).toBe(code);
  });
});

describe('a socket that does not answer its close frame', () => {
  it('is cut, and its place is free, also where `ws` closed for something malformed', async () => {
    const { socket } = await open();
    const connections = wardline.app.get(Connections, { strict: false });
    expect(connections.size).toBe(1);
    socket.pause();
    socket.write(OVERSIZE);
    await eventually(() => (connections.size === 0 ? true : undefined), 'the connection to be gone');
  });
});

describe('what is malformed is counted by the code that it is closed with', () => {
  it.each([
    ['a reserved bit', Buffer.concat([Buffer.from([0xf1, 0x80]), NO_MASK]), '1002'],
    ['text that is not UTF-8', masked(TEXT, Buffer.from([0xff, 0xfe])), '1007'],
    ['a frame that is too large', OVERSIZE, '1009'],
  ])('%s', async (_, bytes, code) => {
    const closes = async () => String((await request(wardline, 'GET', '/metrics')).body);
    const countOf = (text: string) => Number(new RegExp(`wardline_ws_closes_total\\{code="${code}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
    const before = countOf(await closes());
    const { socket } = await open();
    socket.write(bytes);
    await once(socket, 'close');
    await eventually(async () => (countOf(await closes()) === before + 1 ? true : undefined), `a close counted as ${code}`);
  });
});
