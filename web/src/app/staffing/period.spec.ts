import { afterEach, expect, it, vi } from 'vitest';
import { lastDays, wholeDays } from './period.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

it.each(['Asia/Riyadh', 'America/New_York', 'UTC'])('the days of a report stay those that were chosen, in %s', (zone) => {
  vi.stubEnv('TZ', zone);
  const { days, from, to } = wholeDays('2026-11-01', '2026-11-03');
  expect(days).toEqual({ from: '2026-11-01', to: '2026-11-03' });
  expect([new Date(from).getHours(), new Date(to).getDate(), new Date(to).getHours()]).toEqual([0, 4, 0]);
});

it('the last days end today, by the clock of the device', () => {
  vi.stubEnv('TZ', 'Asia/Riyadh');
  expect(lastDays(Date.parse('2026-11-29T22:30:00Z'), 7)).toEqual({
    days: { from: '2026-11-23', to: '2026-11-30' },
    from: '2026-11-22T22:30:00.000Z',
    to: '2026-11-29T22:30:00.000Z',
  });
});
