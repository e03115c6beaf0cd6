/**
 * Loaded into a node before anything else (`node --import`): its wall clock can then be moved while it runs, as a time server or a
 * virtual machine's host does it. Monotonic time and timers stay, as they do in a real jump.
 */
import { readFileSync } from 'node:fs';

const file = process.env['CHAOS_CLOCK_FILE'];
const RealDate = Date;
let offsetMs = 0;

class SkewedDate extends RealDate {
  constructor(...given: [] | [number | string | Date]) {
    if (given.length === 0) super(RealDate.now() + offsetMs);
    // The other forms (year, month …) come here too, and are passed on as they are.
    else super(...(given as unknown as [number]));
  }

  static override now(): number {
    return RealDate.now() + offsetMs;
  }
}

if (file !== undefined) {
  globalThis.Date = SkewedDate as DateConstructor;
  process.on('SIGUSR2', () => {
    offsetMs = Number(readFileSync(file, 'utf8'));
  });
}
