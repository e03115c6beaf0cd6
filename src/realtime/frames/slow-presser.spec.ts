import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { lastValueFrom, of } from 'rxjs';
import { expect, it } from 'vitest';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import type { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import type { Logger } from '../../platform/logging/logger.js';
import { Connection } from '../connection/connection.js';
import type { SharedFrame } from '../connection/shared-frame.js';
import type { Transport } from '../connection/transport.js';
import type { FlushScheduler } from '../outbox/flush-scheduler.js';
import { BackpressureInterceptor } from './backpressure.interceptor.js';
import type { ClientRate } from './client-rate.js';
import type { Command } from './command.js';
import { FrameReader, type FrameReaderParts } from './frame-reader.js';
import { FrameRouter } from './frame-router.js';

it('a press is recorded at once while the answers to earlier commands are not read, and so are the commands before it', async () => {
  let readAll: (() => void) | undefined;
  const stream = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => (readAll = done) });
  const wire = { stream, isOpen: true, encode: (frame: SharedFrame) => Buffer.from(frame.text), listen: () => undefined };
  const flushScheduler = { schedule: (outbox: { flush(): void }) => outbox.flush() } as unknown as FlushScheduler;
  const limits = { messages: 100, bytes: 1_000_000, policy: 'drop_oldest_non_critical' } as const;
  const principal = { kind: 'staff', id: 'anna' } as unknown as ReaderPrincipal;
  const outboxParts = { limits, flushScheduler, onSkipped: () => undefined };
  const connection = new Connection('c', principal, wire as unknown as Transport, outboxParts);

  const handled: string[] = [];
  const interceptor = new BackpressureInterceptor();
  const router = new FrameRouter({ error: () => undefined } as unknown as Logger, undefined as unknown as ExtensionGuard);
  for (const type of ['call.accept', 'call.raise'])
    router.bind(type, (command: Command) => {
      const context = { switchToWs: () => ({ getData: () => command }) } as unknown as ExecutionContext;
      const next: CallHandler = { handle: () => of(handled.push(type)) };
      return lastValueFrom(interceptor.intercept(context, next));
    });
  const rate = {
    isExempt: (type: string) => type === 'call.raise',
    hit: () => ({ allowed: true, retryAfter: 0 }),
  } as unknown as ClientRate;
  const reader = new FrameReader(connection, { router, rate } as unknown as FrameReaderParts);
  const send = async (type: string) => {
    reader.receive(Buffer.from(JSON.stringify({ id: '0190f0a0-0000-7000-8000-000000000001', type })), false);
    for (let turns = 0; turns < 5; turns++) await turn();
  };

  await send('call.accept'); // the kernel takes its answer, and nothing more
  await send('call.accept');
  await send('call.accept');
  expect(handled).toEqual(['call.accept', 'call.accept']);
  await send('call.raise');
  expect(handled).toEqual(['call.accept', 'call.accept', 'call.accept', 'call.raise']);
  await send('call.accept');
  expect(handled).toHaveLength(4);
  readAll?.();
});
