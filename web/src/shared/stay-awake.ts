/**
 * Keeps the screen on. The browser lets go of it when the page is hidden: then it is asked for again.
 * @returns its end
 */
export function stayAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let isOver = false;
  const hold = async (): Promise<void> => {
    // Not on plain HTTP, and not in every browser.
    if (!('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
    const next = await navigator.wakeLock.request('screen');
    const before = isOver ? next : lock;
    if (!isOver) lock = next;
    await before?.release();
  };
  const again = () => {
    // Refused, as with an empty battery: the screen then goes dark as the device is set.
    hold().catch(() => undefined);
  };
  again();
  document.addEventListener('visibilitychange', again);
  return () => {
    isOver = true;
    document.removeEventListener('visibilitychange', again);
    lock?.release().catch(() => undefined);
  };
}
