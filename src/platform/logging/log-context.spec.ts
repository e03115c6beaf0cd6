import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { currentLogContext, withLogContext } from './log-context.js';
import { createLogger } from './logger.js';

it('puts the ids of the work in hand into each line, and keeps them apart', async () => {
  const lines: Record<string, unknown>[] = [];
  const logger = await createLogger({
    level: 'info',
    pretty: false,
    destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const work = (request_id: string) =>
    withLogContext({ request_id }, async () => {
      await setTimeout(1);
      logger.info('work.done');
    });
  await Promise.all([work('a'), work('b')]);
  logger.info('outside');
  expect(lines.map(({ event, request_id }) => [event, request_id])).toEqual([
    ['work.done', 'a'],
    ['work.done', 'b'],
    ['outside', undefined],
  ]);
  expect(currentLogContext()).toEqual({});
});

it('leaves a field that the line names itself as it is', async () => {
  const lines: Record<string, unknown>[] = [];
  const logger = await createLogger({
    level: 'info',
    pretty: false,
    destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  withLogContext({ connection_id: 'here' }, () => {
    logger.info('named', { connection_id: 'another' });
  });
  expect(lines[0]?.['connection_id']).toBe('another');
});
