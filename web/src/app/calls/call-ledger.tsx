import type { CallWithHistory } from '@wardline/client';
import type { Names } from '../directory.js';
import { useTexts } from '../texts.js';

const SECONDS = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;

/** The record of whom the call asked, and what came of it. */
export function CallLedger({ call, names }: { call: CallWithHistory; names: Names }) {
  const texts = useTexts();
  const { t } = texts;
  if (call.annunciations.length === 0) return <p className="hint">{t('call.ledger_none')}</p>;
  return (
    <ul className="ledger">
      {call.annunciations.map((one) => {
        const because = `because.${String(one.withdrawn_reason)}`;
        const steps = [
          ['queued', one.queued_at],
          ['sent', one.sent_at],
          ['received', one.received_at],
          ['accepted', one.accepted_at],
          ...(one.declined_at === null ? [] : [['declined', one.declined_at] as const]),
          ...(one.withdrawn_at === null ? [] : [['withdrawn', one.withdrawn_at] as const]),
        ] as const;
        return (
          <li key={`${one.staff_id} ${one.queued_at}`}>
            <h3>
              <bdi>{names.person(one.staff_id) ?? names.roleLabel(one.role, texts)}</bdi>{' '}
              <bdi className="hint">{names.roleLabel(one.role, texts)}</bdi>
            </h3>
            <dl>
              {steps.map(([step, at]) => (
                <div key={step} data-reached={at !== null}>
                  <dt>{t(`ledger.${step}`)}</dt>
                  <dd>{at === null ? '–' : <time dateTime={at}>{texts.time(at, SECONDS)}</time>}</dd>
                </div>
              ))}
            </dl>
            {one.withdrawn_reason !== null && texts.has(because) && <p className="hint">{t(because)}</p>}
          </li>
        );
      })}
    </ul>
  );
}
