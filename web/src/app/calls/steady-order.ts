import { type PointerEvent, useCallback, useEffect, useRef, useState } from 'react';

/** As long as a finger or a mouse is at work, and a moment longer, so that a tap hits what it was meant for. */
const REST_MS = 700;
const LONGEST_MS = 4000;

const itemsOf = (list: HTMLElement) => [...list.children] as HTMLElement[];

/**
 * Keeps a list in its order while somebody points at it: what is new comes at the end, what is gone leaves its place empty until they rest.
 * @returns the ids in the order to show, and the handlers of the list
 */
export function useSteadyOrder(wanted: readonly string[]) {
  const shown = useRef<readonly string[]>(wanted);
  const [isHeld, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const since = useRef(0);

  const hold = useCallback((event: PointerEvent<HTMLElement>) => {
    // A mouse that rests on the list does not hold it for ever.
    if (event.type === 'pointermove' && event.pointerType !== 'mouse') return;
    const now = performance.now();
    const list = event.currentTarget;
    if (since.current === 0) {
      since.current = now;
      // A card that shrinks or goes leaves its place as large as it was.
      for (const item of itemsOf(list)) item.style.minBlockSize = `${item.offsetHeight}px`;
    }
    if (event.type === 'pointermove' && now - since.current > LONGEST_MS) return;
    setHeld(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      since.current = 0;
      for (const item of itemsOf(list)) item.style.minBlockSize = '';
      setHeld(false);
    }, REST_MS);
  }, []);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );

  const next = isHeld ? [...shown.current, ...wanted.filter((id) => !shown.current.includes(id))] : wanted;
  useEffect(() => {
    shown.current = next;
  });
  return { order: next, handlers: { onPointerDown: hold, onPointerMove: hold, onPointerUp: hold } };
}
