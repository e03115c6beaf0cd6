import type { NurseLoad } from './report.js';

const HOUR_SEC = 3600;
/** A rate over less says nothing: one call in two minutes on duty would be thirty an hour. */
const MIN_ON_DUTY_SEC = HOUR_SEC;

/**
 * How unevenly the calls were handed out: dispatched calls per hour on duty of the nurse who got most, less that of the nurse who got
 * least. 0 is perfectly even. Nurses with less than one hour on duty in the period are left out.
 * @returns calls per hour, to the thousandth; null with fewer than two nurses to compare
 */
export function spreadOf(nurses: readonly NurseLoad[]): number | null {
  const rates = nurses
    .filter((nurse) => nurse.shift_seconds >= MIN_ON_DUTY_SEC)
    .map((nurse) => (nurse.dispatched * HOUR_SEC) / nurse.shift_seconds);
  if (rates.length < 2) return null;
  return Math.round((Math.max(...rates) - Math.min(...rates)) * 1000) / 1000;
}
