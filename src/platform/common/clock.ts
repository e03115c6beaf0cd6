import { Injectable } from '@nestjs/common';

/** Where the process takes its time from. What must be exact takes the database's (`app_now()`) instead. */
export abstract class Clock {
  /** Milliseconds since 1970. */
  abstract now(): number;
  /** Milliseconds that never jump, for measuring. */
  abstract monotonic(): number;
}

@Injectable()
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
  monotonic(): number {
    return performance.now();
  }
}
