/**
 * Handles all that is due. Begins with one worker; each time that something is handled lets one more look, up to `most`: a rush that builds up
 * slowly is met by all of them, not by the last. Where one finds nothing, the others look no more either: what falls due meanwhile is the
 * next scan's.
 * @returns whether there was anything to handle
 * @throws the first failure, once every worker has ended; none begins anything new after it
 */
export async function drain(handleOne: () => Promise<boolean>, most: number): Promise<boolean> {
  const failures: unknown[] = [];
  const working = new Set<Promise<void>>();
  let hasHandled = false;
  let isDone = false;
  const work = async (): Promise<void> => {
    try {
      while (!isDone) {
        if (await handleOne()) {
          hasHandled = true;
          begin();
        } else {
          isDone = true;
        }
      }
    } catch (error) {
      isDone = true;
      failures.push(error);
    }
  };
  const begin = (): void => {
    if (working.size >= most) return;
    const worker = work().finally(() => working.delete(worker));
    working.add(worker);
  };
  begin();
  while (working.size > 0) await Promise.all(working);
  if (failures.length > 0) throw failures[0];
  return hasHandled;
}
