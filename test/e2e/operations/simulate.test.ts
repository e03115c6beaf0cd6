import { describe, expect, inject, it } from 'vitest';
import { linesOf } from '../../../src/cli/simulate/figures.js';
import { Simulation } from '../../../src/cli/simulate/simulation.js';
import { startTestWardline } from '../../../src/testing/index.js';
import { seededRandom } from '../../../tools/simulate/plan/random.js';

describe('wardline simulate', () => {
  it('lets nurses answer what stations press, at beds and in bathrooms, and proves that nothing was lost', async () => {
    const wardline = await startTestWardline(undefined, { databaseUrl: inject('adminUrl') });
    try {
      const options = {
        url: wardline.url,
        minutes: 0.1,
        presses: 300,
        nurses: 2,
        random: seededRandom(7),
        stop: new AbortController().signal,
      };
      const report = await new Simulation(wardline, options).run();
      expect(report, linesOf(report).join('\n')).toMatchObject({ passed: true, gaps: 0, lost: 0, errors: {} });
      expect(report.calls).toBeGreaterThan(3);
      expect(report.completed).toBe(report.calls);
      expect(report.ms.button_to_screen.p50).toBeGreaterThan(0);
      expect(await wardline.query('SELECT state, count(*)::int AS count FROM calls GROUP BY state')).toEqual([
        { state: 'completed', count: report.calls },
      ]);
      expect(await wardline.query("SELECT count(*)::int AS rank2 FROM calls WHERE type = 'bath_emergency'")).not.toEqual([{ rank2: 0 }]);
      expect(await wardline.query('SELECT 1 FROM shifts WHERE ended_at IS NULL')).toEqual([]);
      expect(linesOf(report).at(-1)).toBe('passed');
    } finally {
      await wardline.stop();
    }
  });

  it('says that nothing answers', async () => {
    const wardline = await startTestWardline(undefined, { databaseUrl: inject('adminUrl') });
    await wardline.stop();
    const options = { url: wardline.url, minutes: 0.1, presses: 60, nurses: 1, random: Math.random, stop: AbortSignal.timeout(60_000) };
    await expect(new Simulation(wardline, options).run()).rejects.toMatchObject({ name: 'CommandFailed', exitCode: 69 });
  });
});
