import { type FocusEvent, useLayoutEffect, useRef } from 'react';

/**
 * A card that goes while the focus is in it hands the focus to the heading of its list; where the list goes too, to the page's.
 * @returns the handlers of the element round all lists
 */
export function useKeptFocus() {
  const place = useRef<{ card: Element; list: Element | null }>(undefined);
  useLayoutEffect(() => {
    const was = place.current;
    if (!was || was.card.isConnected || document.activeElement !== document.body) return;
    place.current = undefined;
    const heading = was.list?.isConnected === true ? was.list.querySelector('h2') : document.querySelector<HTMLElement>('main h1');
    heading?.focus();
  });
  return {
    onFocus: ({ target }: FocusEvent<HTMLElement>) => {
      const card = target.closest('article');
      place.current = card ? { card, list: card.closest('section') } : undefined;
    },
    onBlur: () => {
      place.current = undefined;
    },
  };
}
