/**
 * Handles all that is due. Begins with one worker; each row that is handled lets one more look, up to `most`: a rush that builds up slowly
 * is met by all of them, not by the last.
 * @throws the first failure, once every worker has ended; none begins anything new after it
 */
export async function drain(handleOne: () => Promise<boolean>, most: number): Promise<void> {
  const failures: unknown[] = [];
  const working = new Set<Promise<void>>();
  const work = async (): Promise<void> => {
    try {
      while (failures.length === 0 && (await handleOne())) if (working.size < most) begin();
    } catch (error) {
      failures.push(error);
    }
  };
  const begin = (): void => {
    const worker = work().finally(() => working.delete(worker));
    working.add(worker);
  };
  begin();
  while (working.size > 0) await Promise.all(working);
  if (failures.length > 0) throw failures[0];
}
