/** How often a process shows that its event loop turns. */
export const BEAT_MS = 1000;
const MAX_NAME_BYTES = 256;

/** The watchdog thread's view of the event loop, also while the loop does not turn: [beats, bytes of the names], then the names. */
export const LOOP_PLACE = new SharedArrayBuffer(8 + MAX_NAME_BYTES);
const numbers = new Int32Array(LOOP_PLACE, 0, 2);
const names = new Uint8Array(LOOP_PLACE, 8);
const active: string[] = [];

/** The event loop has turned. */
export function beat(): void {
  Atomics.add(numbers, 0, 1);
}

/**
 * Names the extension point whose code is about to run, so that a process that hangs in it can say where. To be called right before
 * the extension, in the same turn; takes about a microsecond.
 * @param point a name of the program's, such as `dispatch strategy`; never data
 * @returns to be called once, when the extension has answered or failed; where several run at once, each has its own
 */
export function enterExtension(point: string): () => void {
  active.push(point);
  publish();
  return () => {
    const index = active.lastIndexOf(point);
    if (index >= 0) active.splice(index, 1);
    publish();
  };
}

function publish(): void {
  // The latest first: it is the likeliest to hold the loop.
  const { written } = new TextEncoder().encodeInto([...new Set(active.toReversed())].join(', '), names);
  Atomics.store(numbers, 1, written);
}

/** As `LOOP_PLACE` in a thread. @returns beats since the start, and the extension points that have been entered, the latest first */
export function readLoop(place: SharedArrayBuffer): { beats: number; extension: string | undefined } {
  const [beats, bytes] = [0, 1].map((index) => Atomics.load(new Int32Array(place, 0, 2), index)) as [number, number];
  // A copy: text is not decoded from memory that is shared.
  const text = new TextDecoder().decode(new Uint8Array(place, 8, bytes).slice());
  return { beats, extension: text === '' ? undefined : text };
}
