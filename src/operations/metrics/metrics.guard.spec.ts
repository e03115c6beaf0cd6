import { describe, expect, it, vi } from 'vitest';
import type { OperationsSettings } from '../../platform/config/settings/operations.settings.js';
import type { Logger } from '../../platform/logging/logger.js';
import { MetricsGuard } from './metrics.guard.js';

describe('the token of /metrics', () => {
  it.each([
    [undefined, 0],
    ['x7', 1],
    ['x'.repeat(15), 1],
    ['x'.repeat(16), 0],
  ])('%s is warned of %i times', (METRICS_TOKEN, times) => {
    const warn = vi.fn();
    new MetricsGuard({ METRICS_TOKEN } as OperationsSettings, { warn } as unknown as Logger);
    expect(warn).toHaveBeenCalledTimes(times);
    if (METRICS_TOKEN !== undefined) expect(JSON.stringify(warn.mock.calls)).not.toContain(`"${METRICS_TOKEN}"`);
  });
});
