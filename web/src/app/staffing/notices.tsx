import type { Wardline } from '@wardline/client';
import { useState } from 'react';
import { useTexts } from '../texts.js';
import type { Attempt } from './staffing-page.js';

const CODES = ['staff_meeting', 'all_hands', 'quiet_hours', 'visiting_ends', 'system_maintenance', 'fire_drill'] as const;

/** Short notices for every screen of the department, from a list: no free text on a wall. */
export function Notices({ dept, attempt, client }: { dept: string; attempt: Attempt; client: Wardline }) {
  const { t } = useTexts();
  const [posted, setPosted] = useState('');
  return (
    <section className="panel" aria-label={t('staffing.notices')}>
      <h2>{t('staffing.notices')}</h2>
      <p className="hint">{t('staffing.notices_lead')}</p>
      <div className="notices">
        {CODES.map((code) => (
          <button
            key={code}
            className="button"
            onClick={() =>
              void attempt(() => client.staffing.postNotice(dept, { code })).then((isDone) => {
                setPosted(isDone ? t('staffing.posted', { notice: t(`notice.${code}`) }) : '');
              })
            }
          >
            {t(`notice.${code}`)}
          </button>
        ))}
      </div>
      <p role="status" className="outcome">
        {posted}
      </p>
    </section>
  );
}
