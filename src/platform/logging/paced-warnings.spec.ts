import { expect, it } from 'vitest';
import { Clock } from '../common/clock.js';
import { createLogger } from './logger.js';
import { PacedWarnings } from './paced-warnings.js';

class SetClock extends Clock {
  constructor(public time: number) {
    super();
  }
  now(): number {
    return this.time;
  }
  monotonic(): number {
    return this.time;
  }
}

it('logs each event at most every ten seconds, whatever the others do', async () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push((JSON.parse(line) as { event: string }).event) };
  const clock = new SetClock(5);
  const warnings = new PacedWarnings(clock, await createLogger({ level: 'warn', pretty: false, destination }));
  const at = (time: number, ...events: string[]) => {
    clock.time = time;
    lines.length = 0;
    for (const event of events) warnings.warn(event);
    return lines;
  };
  expect(at(5, 'server.overloaded', 'server.overloaded')).toEqual(['server.overloaded']);
  expect(at(1000, 'server.overloaded', 'server.accept_failed')).toEqual(['server.accept_failed']);
  expect(at(10_004, 'server.overloaded')).toEqual([]);
  expect(at(10_005, 'server.accept_failed', 'server.overloaded', 'server.overloaded')).toEqual(['server.overloaded']);
});
