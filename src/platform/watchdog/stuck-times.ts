/** Seconds without a beat after which a start does not go on. A loop that is busy with its start is not stuck. */
export const START_STUCK_SEC = 30;

/** Seconds without a beat after which the extension point is written down: in time before the process is killed. */
export function noteAfter(stuckSec: number): number {
  return Math.max(1, stuckSec - 2);
}

/** Seconds without a beat after which the code that the loop hangs in is looked for, where no extension point is known. */
export function findAfter(stuckSec: number): number {
  return Math.ceil(stuckSec / 2);
}

/** The line for a hospital's file that holds the event loop up. */
export function loadStuckLine(file: string): string {
  return `${file}: cannot be loaded: not done within ${String(START_STUCK_SEC)} s\n`;
}

/** The line for whoever started the process. */
export function startStuckLine(extension: string | undefined): string {
  return `wardline: the start did not go on for ${String(START_STUCK_SEC)} s${extension === undefined ? '' : `, in ${extension}`}\n`;
}
