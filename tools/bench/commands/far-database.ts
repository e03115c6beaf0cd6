import net from 'node:net';
import { argv } from 'node:process';
import type { AddressInfo } from 'node:net';
import { answerParent } from '../process/answers.js';

/** A proxy to a database that is a room away: each chunk arrives so many milliseconds later. A timer is too coarse for half of one: it spins. */
const [, , path = '', delay = '0.5'] = argv;
const delayMs = Number(delay);
const waiting: { at: number; chunk: Buffer; to: net.Socket }[] = [];
let isSpinning = false;

function spin(): void {
  const now = performance.now();
  while (waiting[0] && waiting[0].at <= now) {
    const { chunk, to } = waiting.shift() ?? {};
    if (chunk) to?.write(chunk);
  }
  isSpinning = waiting.length > 0;
  if (isSpinning) setImmediate(spin);
}

function carry(from: net.Socket, to: net.Socket): void {
  from.setNoDelay(true);
  from.on('data', (chunk: Buffer) => {
    waiting.push({ at: performance.now() + delayMs, chunk, to });
    if (isSpinning) return;
    isSpinning = true;
    setImmediate(spin);
  });
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}

const server = net.createServer((client) => {
  const upstream = net.connect(path.startsWith('/') ? { path } : { host: path.split(':')[0] ?? '', port: Number(path.split(':')[1]) });
  carry(client, upstream);
  carry(upstream, client);
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${String((server.address() as AddressInfo).port)}\n`);
});
answerParent({});
