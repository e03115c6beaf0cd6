import { z } from 'zod';
import { integer } from './setting.js';

/** The clocks of calls, nurses and stations. */
export const wardSettings = z.object({
  NURSE_DISCONNECT_GRACE_SEC: integer(60, { doc: "A nurse's last connection is gone for this long: out of the queue." }, { max: 86_400 }),
  ESCALATION_L1_SEC: integer(90, { doc: 'After this long the next nurse is added.' }, { min: 1, max: 86_400 }),
  ESCALATION_L2_SEC: integer(180, { doc: "After this long the department's managers are added." }, { min: 1, max: 86_400 }),
  ESCALATION_L3_SEC: integer(
    300,
    { doc: 'After this long the system administrators are added. The three must rise.' },
    { min: 1, max: 86_400 },
  ),
  ESCALATION_REPEAT_SEC: integer(60, { doc: 'After level 3: all are asked again at this interval.' }, { min: 1, max: 86_400 }),
  ESCALATION_OVERDUE_SEC: integer(5, { doc: 'A deadline this far past due turns health red.' }, { min: 1, max: 3600 }),
  CALL_PRESENCE_SEC: integer(
    180,
    { doc: 'An accepted call without presence is pending again after this long; an urgent one after 60 s.' },
    { min: 1, max: 86_400 },
  ),
  CALL_PRESS_AGAIN_SEC: integer(
    60,
    {
      doc: 'A press this long after the arrival starts a call in progress again; earlier ones count then. Urgent calls start again at once.',
    },
    { max: 86_400 },
  ),
  CALL_ATTENDANCE_SEC: integer(
    1200,
    { doc: 'A call in progress asks the person who is present after this long, and is pending again 120 s later. Urgent calls: 3600.' },
    { min: 1, max: 86_400 },
  ),
  RECEIPT_SEC: integer(
    15,
    { doc: 'A call without a receipt of the person asked goes to the next one after this long, too; 0: never.' },
    { max: 86_400 },
  ),
  BREAK_MAX_SEC: integer(3600, { doc: 'The longest break.' }, { min: 1, max: 86_400 }),
  STATION_STALE_SEC: integer(90, { doc: 'A station silent for this long is stale.' }, { min: 1, max: 86_400 }),
});
export type WardSettings = z.infer<typeof wardSettings>;
