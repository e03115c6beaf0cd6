import { useWardline } from '@wardline/client/react';
import { useEffect, useState } from 'react';
import { useApp } from './context.js';
import { useTexts } from './texts.js';

interface Notice {
  id: string;
  code: string;
  time: string;
}

/** The newest notice of the department, until it is read. */
export function NoticeBanner() {
  const client = useWardline();
  const texts = useTexts();
  const { dept } = useApp();
  const [notice, setNotice] = useState<Notice>();
  useEffect(
    () =>
      client.department(dept).on('notice.posted', ({ id, time, data }) => {
        setNotice({ id, code: data.code, time });
      }),
    [client, dept],
  );
  if (!notice) return null;
  const key = `notice.${notice.code}`;
  return (
    <section className="banner" role="status" aria-label={texts.t('notice.label')}>
      <p>
        <strong>{texts.has(key) ? texts.t(key) : notice.code}</strong> · {texts.time(notice.time)}
      </p>
      <button
        className="button"
        onClick={() => {
          setNotice(undefined);
        }}
      >
        {texts.t('notice.dismiss')}
      </button>
    </section>
  );
}
