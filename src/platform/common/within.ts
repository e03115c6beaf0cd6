/**
 * Settles as `work` does, or rejects after `ms` milliseconds. The answer is looked for once more when the time is up: a process that
 * was held up must not blame the other side. Leaves no timer behind.
 * @param late the error of a work that is late
 */
export async function within<T>(
  work: Promise<T>,
  ms: number,
  late: () => Error = () => new Error(`no answer within ${String(ms)} ms`),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      setImmediate(() => {
        reject(late());
      });
    }, ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
