import type { Wardline } from '@wardline/client';
import { useState } from 'react';
import { Fault } from '../loading/fault.js';
import { useAttempt } from '../loading/use-attempt.js';
import { useTexts } from '../texts.js';

const CODES = ['staff_meeting', 'all_hands', 'quiet_hours', 'visiting_ends', 'system_maintenance', 'fire_drill'] as const;

/** Short notices for every screen of the department, from a list: no free text on a wall. */
export function Notices({ dept, client }: { dept: string; client: Wardline }) {
  const { t } = useTexts();
  const { isBusy, fault, attempt } = useAttempt();
  const [posted, setPosted] = useState('');
  const post = async (code: (typeof CODES)[number]) => {
    if (isBusy) return;
    setPosted('');
    if (await attempt(() => client.staffing.postNotice(dept, { code }))) setPosted(t('staffing.posted', { notice: t(`notice.${code}`) }));
  };
  return (
    <section className="panel" aria-label={t('staffing.notices')}>
      <h2>{t('staffing.notices')}</h2>
      <p className="hint">{t('staffing.notices_lead')}</p>
      <div className="notices">
        {CODES.map((code) => (
          <button key={code} className="button" aria-disabled={isBusy} onClick={() => void post(code)}>
            {t(`notice.${code}`)}
          </button>
        ))}
      </div>
      <Fault text={fault} />
      <p role="status" className="outcome">
        {posted}
      </p>
    </section>
  );
}
