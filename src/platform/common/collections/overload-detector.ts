/** A wait beyond it is late: together with the work it would not be an answer in time. */
const LATE_MS = 1000;
/** Those whose turn comes are late for so long before any is refused. */
const OVERLOAD_AFTER_MS = 1500;
const WINDOW_MS = 1000;

/**
 * Says which of those that wait in a line are to be refused. A burst, or a database that pauses, makes them wait and costs nobody an answer. When those
 * whose turn comes were late for a while, and still more come than are let in, the late ones are to be refused, so that the others are carried in
 * time. Without that every answer would come late. Times are those of `performance.now()`.
 */
export class OverloadDetector {
  /** Since when each was late at its turn. */
  private lateSince: number | undefined;
  private windowBegan = performance.now();
  /** How many more came than were let in, in this second and in the one before. */
  private surplus = 0;
  private surplusBefore = 0;

  /** One more waits. */
  arrived(now: number): void {
    this.roll(now);
    this.surplus++;
  }

  /** The decision about one whose turn comes. @returns false when it is to be refused */
  admits(waitingSince: number, now: number): boolean {
    this.roll(now);
    const isLate = now - waitingSince > LATE_MS;
    const isOverloaded = now - (this.lateSince ?? now) > OVERLOAD_AFTER_MS && this.surplus + this.surplusBefore > 0;
    if (isLate) this.lateSince ??= now;
    else if (!isOverloaded) this.lateSince = undefined;
    if (isLate && isOverloaded) return false;
    this.surplus--;
    return true;
  }

  /** Nobody waits any more. */
  emptied(): void {
    this.lateSince = undefined;
  }

  private roll(now: number): void {
    const windows = Math.floor((now - this.windowBegan) / WINDOW_MS);
    if (windows === 0) return;
    this.surplusBefore = windows === 1 ? this.surplus : 0;
    this.surplus = 0;
    this.windowBegan += windows * WINDOW_MS;
  }
}
