import { statement } from '../../../platform/database/statement.js';

/** A call of `calls c` that an engine may take: it was not put off, or long enough. */
export const NOT_PUT_OFF = '(c.engine_retry_at IS NULL OR c.engine_retry_at <= app_now())';

/** Puts a call off that an engine could not handle: 1, 2, 4, 8, 8 … seconds. Its deadline stays, and counts as overdue. */
export const backOffCall = statement(
  'back_off_call',
  `UPDATE calls SET engine_failures = engine_failures + 1, engine_retry_at = app_now() + make_interval(secs => 2 ^ least(engine_failures, 3)) WHERE id = $1`,
);
