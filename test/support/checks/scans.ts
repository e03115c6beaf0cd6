import { DueWorkScheduler } from '../../../src/platform/scheduling/due-work-scheduler.js';
import type { DueWorkLoop } from '../../../src/platform/scheduling/loops/due-work-loop.js';
import type { TestWardline } from '../wardline.js';
import { eventually } from '../eventually.js';

/** Work of one kind can make work of another one due, and that again. */
const ROUNDS = 3;

/** Every kind of due work has looked on each node, and handled all that it found. An absence is proven by this, and not by a time. */
export async function untilScanned(...nodes: readonly TestWardline[]): Promise<void> {
  const loops = nodes.flatMap((node) => Reflect.get(node.app.get(DueWorkScheduler), 'loops') as DueWorkLoop[]);
  for (let round = 0; round < ROUNDS; round++) {
    const since = performance.now();
    for (const loop of loops) loop.wake();
    await eventually(
      () => loops.every(({ silence }) => silence < performance.now() - since) || undefined,
      'a look of every kind of due work',
    );
  }
}
