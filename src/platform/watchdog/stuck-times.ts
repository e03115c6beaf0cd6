/** Seconds without a beat after which a start does not go on. A loop that is busy with its start is not stuck. */
export const START_STUCK_SEC = 30;

/** Seconds without a beat after which the extension point is written down: in time before the process is killed. */
export function noteAfter(stuckSec: number): number {
  return Math.max(1, stuckSec - 2);
}

/** The line for whoever started the process. */
export function startStuckLine(extension: string | undefined): string {
  return `wardline: the start did not go on for ${String(START_STUCK_SEC)} s${extension === undefined ? '' : `, in ${extension}`}\n`;
}
