const TTY_EVERY_MS = 1000;
const LOG_EVERY_MS = 10_000;
const ERASE_LINE = '\r\u001b[2K';

/**
 * Says on stderr how far things are, so that stdout holds the result alone: one line that is
 * written over on a terminal, a line every ten seconds in a log.
 */
export class Progress {
  private readonly terminal = process.stderr.isTTY;
  private shownAt = 0;
  private dirty = false;

  /** Shows `text` if it is time for it. */
  show(text: string): void {
    const now = performance.now();
    if (now - this.shownAt < (this.terminal ? TTY_EVERY_MS : LOG_EVERY_MS)) return;
    this.shownAt = now;
    process.stderr.write(this.terminal ? `${ERASE_LINE}${text}` : `${text}\n`);
    this.dirty = this.terminal;
  }

  /** A line that stays. */
  line(text: string): void {
    process.stderr.write(`${this.dirty ? ERASE_LINE : ''}${text}\n`);
    this.dirty = false;
  }
}
