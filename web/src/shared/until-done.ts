const RETRY_MS = 5000;

/** Work that is tried until it succeeds; `again` begins anew. One timer at most. */
export function untilDone(work: () => Promise<void>, retryMs = RETRY_MS): { again(): void; stop(): void } {
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = (): void => {
    clearTimeout(timer);
    const mine = (turn += 1);
    work().catch(() => {
      if (mine === turn) timer = setTimeout(again, retryMs);
    });
  };
  again();
  return {
    again,
    stop: () => {
      turn += 1;
      clearTimeout(timer);
    },
  };
}
