/**
 * Handles all due rows. Begins with one worker; each handled row lets one more look, up to `most`, so that all of them meet a
 * rush that builds up slowly. Once one finds nothing, the others stop looking: the next scan takes later rows.
 * @returns whether there was anything to handle
 * @throws the first failure, once every worker has ended; none begins anything new after it
 */
export async function processDue(handleOne: () => Promise<boolean>, most: number): Promise<boolean> {
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
