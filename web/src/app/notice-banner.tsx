import { useWardline } from '@wardline/client/react';
import { useMemo, useState } from 'react';
import { NoticeText } from '../shared/news/notice-text.js';
import { useNews } from '../shared/news/use-news.js';
import { remember, remembered } from '../shared/preferences.js';
import { useTexts } from './texts.js';

/** The newest notice of a department, until it is read on this device. */
export function NoticeBanner({ dept }: { dept: string }) {
  const client = useWardline();
  const texts = useTexts();
  const ids = useMemo(() => [dept], [dept]);
  const [notice] = useNews(client, ids).notices;
  const key = `read.${dept}`;
  const [readUntil, setReadUntil] = useState(Number(remembered(key) ?? 0));
  if (!notice || notice.time <= readUntil) return null;
  return (
    <section className="banner" role="status" aria-label={texts.t('notice.label')}>
      <p>
        <strong>
          <NoticeText code={notice.code} texts={texts} />
        </strong>{' '}
        · {texts.time(notice.time)}
      </p>
      <button
        className="button"
        onClick={() => {
          remember(key, String(notice.time));
          setReadUntil(notice.time);
        }}
      >
        {texts.t('notice.dismiss')}
      </button>
    </section>
  );
}
