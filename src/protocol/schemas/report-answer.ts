import { z } from 'zod';
import { uuid } from '../../platform/common/values/ids.js';
import { INTERVAL_NAMES } from '../../ward/reports/report.js';

const time = z.string().describe('ISO 8601, UTC');
const word = z.string();
const count = z.int().min(0);
const never = z.number().nullable().describe('null: longer than any that was measured');
const share = z.number().min(0).max(1);
const rank = {
  ...{ count, never: count, p50: never, p90: never, p95: never, p99: never, max: z.number().nullable() },
  ...{ within_30: share, within_60: share, within_120: share },
};
const load = {
  ...{ dispatched: count, accepted: count, completed: count, shift_seconds: z.number() },
  ...{ alarms: count, alarms_per_hour: z.number().nullable(), repeats: count, missed_receipts: count },
};
/** The answer of `GET /departments/:id/report`. */
export const report = z.strictObject({
  ...{ dept: word, from: time, to: time, time_zone: word },
  intervals: z.array(z.strictObject({ type: word, shift: word, interval: z.enum(INTERVAL_NAMES), ...rank })),
  calls: z.array(
    z.strictObject({ type: word, placed: count, completed: count, cancelled: count, open: count, repeats: count, reminders: count }),
  ),
  escalations: z.array(z.strictObject({ type: word, level: z.int(), count, reached: count })),
  fairness: z.strictObject({ nurses: z.array(z.strictObject({ staff_id: uuid, ...load })), spread: z.number().nullable() }),
});
