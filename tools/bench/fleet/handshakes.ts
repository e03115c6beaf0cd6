import { inParallel, type Place, routesTo } from './connecting.js';
import { type DialectName, DIALECTS } from './frames/dialects.js';
import { Reader } from './reader.js';

export interface Shaking {
  readonly place: Place;
  readonly dialect: DialectName;
  readonly count: number;
  readonly atOnce: number;
  readonly cookies: readonly string[];
}

export interface Shaken {
  readonly done: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Connects until the server has said hello, hangs up, and so on. */
export async function shakeHands({ place, dialect, count, atOnce, cookies }: Shaking): Promise<Shaken> {
  const route = routesTo(place, DIALECTS[dialect], cookies);
  const failed: Record<string, number> = {};
  let done = 0;
  const started = performance.now();
  await inParallel(count, atOnce, (n) => {
    return new Promise<void>((resolve) => {
      const reader = new Reader(route(n), DIALECTS[dialect], '', false, {
        ready: () => {
          done += 1;
          reader.raw.cut();
        },
        ended: (why) => {
          if (!reader.isReady) failed[why] = (failed[why] ?? 0) + 1;
          resolve();
        },
      });
    });
  });
  return { done, failed, seconds: (performance.now() - started) / 1000 };
}
