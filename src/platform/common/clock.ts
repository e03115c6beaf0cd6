import { Injectable } from '@nestjs/common';

/** The process's source of time. Exact times come from the database (`app_now()`) instead. */
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
