import { HttpException, ServiceUnavailableException } from '@nestjs/common';
import { Counter } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../platform/common/clock.js';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { Connection, PlainFrame } from '../connection/connection.js';
import { Command } from './command.js';
import { FrameRouter } from './frame-router.js';

/** @returns the answer to a frame of the hospital's own whose handler throws this */
async function answerTo(thrown: Error): Promise<PlainFrame | undefined> {
  const logger = { error: () => undefined } as unknown as Logger;
  const counter = new Counter({ name: 'failures', help: 'in a test', labelNames: ['point', 'reason'], registers: [] });
  const router = new FrameRouter(logger, new ExtensionGuard(logger, { now: () => 0 } as Clock, counter));
  const sent: PlainFrame[] = [];
  const connection = { id: 'a', send: (frame: PlainFrame) => sent.push(frame) } as unknown as Connection;
  router.bind('st-jude.act', (command) => {
    command.fail(thrown);
    return Promise.resolve(undefined);
  });
  await router.dispatch(new Command(connection, 'st-jude.act', null, {}));
  return sent[0];
}

describe('an exception of Nest’s that a frame’s handler throws', () => {
  it.each([
    [new ServiceUnavailableException('the laundry is closed'), { code: 'UNAVAILABLE', message: 'the laundry is closed', retryable: true }],
    [new HttpException('not for anybody', 502), { code: 'INTERNAL', message: 'something went wrong here; it is logged', retryable: false }],
    [new HttpException('no coffee here', 418), { code: 'REFUSED', message: 'no coffee here', retryable: false }],
  ])('is answered by its status, as over HTTP: %s', async (thrown, answer) => {
    expect(await answerTo(thrown)).toMatchObject({ type: 'error', ...answer });
  });
});
