import { useEffect, useRef } from 'react';
import { takeFocus } from './router.js';
import { useTexts } from './texts.js';

/** The page's heading, and the tab's title. */
export function PageHeading({ children, count = 0 }: { children: string; count?: number }) {
  const { t } = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${count > 0 ? `(${count}) ` : ''}${children} · ${t('product')}`;
  }, [children, count, t]);
  useEffect(() => {
    if (takeFocus()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
