import type { Report } from '@wardline/client';
import { formatAge } from '../../shared/texts/age.js';
import { IsolatedList } from '../../shared/ui/isolated-list.js';
import { useDeptNames } from '../context.js';
import { useTexts } from '../texts.js';

type Interval = Report['intervals'][number];

const seconds = (value: number | null) => (value === null ? '–' : formatAge(value * 1000));
const ONE_PLACE = { minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;
const WITHIN_SEC = [30, 60, 120];

/** Charts with the same figures as a table beside each. */
export function ReportView({ report }: { report: Report }) {
  const texts = useTexts();
  const { t, language } = texts;
  const names = useDeptNames(report.dept);
  const answers = report.intervals.filter(
    ({ interval, count, never }) => (interval === 'acceptance' || interval === 'response') && count + never > 0,
  );
  const shown = answers.some(({ interval }) => interval === 'acceptance')
    ? answers.filter(({ interval }) => interval === 'acceptance')
    : answers;
  const percent = (share: number) => texts.number(share, { style: 'percent' });
  const within = (sec: number) => `≤ ${texts.number(sec, { style: 'unit', unit: 'second', unitDisplay: 'narrow' })}`;
  const shiftName = (shift: string) => {
    const key = `shift.name.${shift}`;
    return texts.has(key) ? t(key) : shift;
  };
  const labelOf = ({ type, shift }: Interval) => [names.typeLabel(type, language), ...(shift === 'all' ? [] : [shiftName(shift)])];
  const longest = Math.max(1, ...shown.map(({ p90 }) => p90 ?? 0));
  const most = Math.max(1, ...report.fairness.nurses.map(({ accepted }) => accepted));
  return (
    <>
      <section className="panel" aria-label={t('report.answered')}>
        <h2>{t('report.answered')}</h2>
        {shown.length === 0 && <p className="hint">{t('history.none')}</p>}
        <div className="scroll" tabIndex={0} role="group" aria-label={t('report.answered')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('raise.type')}</th>
                <th scope="col">{t('report.chart')}</th>
                <th scope="col">{t('report.count')}</th>
                <th scope="col">{t('report.median')}</th>
                <th scope="col">{percent(0.9)}</th>
                {WITHIN_SEC.map((sec) => (
                  <th scope="col" key={sec}>
                    <bdi>{within(sec)}</bdi>
                  </th>
                ))}
                <th scope="col">{t('report.never')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <tr key={`${one.type} ${one.shift}`}>
                  <th scope="row">
                    <IsolatedList items={labelOf(one)} separator=" · " />
                  </th>
                  <td>
                    <Bar parts={[(one.p50 ?? 0) / longest, ((one.p90 ?? 0) - (one.p50 ?? 0)) / longest]} />
                  </td>
                  <td>{texts.number(one.count)}</td>
                  <td>{seconds(one.p50)}</td>
                  <td>{seconds(one.p90)}</td>
                  <td>{percent(one.within_30)}</td>
                  <td>{percent(one.within_60)}</td>
                  <td>{percent(one.within_120)}</td>
                  <td>{texts.number(one.never)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <div className="two">
        <section className="panel" aria-label={t('report.calls')}>
          <h2>{t('report.calls')}</h2>
          <div className="scroll" tabIndex={0} role="group" aria-label={t('report.calls')}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('raise.type')}</th>
                  <th scope="col">{t('report.placed')}</th>
                  <th scope="col">{t('state.completed')}</th>
                  <th scope="col">{t('state.cancelled')}</th>
                  <th scope="col">{t('report.repeats')}</th>
                  <th scope="col">{t('report.escalated')}</th>
                </tr>
              </thead>
              <tbody>
                {report.calls.map((one) => (
                  <tr key={one.type}>
                    <th scope="row">
                      <bdi>{names.typeLabel(one.type, language)}</bdi>
                    </th>
                    <td>{texts.number(one.placed)}</td>
                    <td>{texts.number(one.completed)}</td>
                    <td>{texts.number(one.cancelled)}</td>
                    <td>{texts.number(one.repeats)}</td>
                    <td>
                      {texts.number(report.escalations.filter(({ type }) => type === one.type).reduce((sum, { count }) => sum + count, 0))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
        <section className="panel" aria-label={t('report.fairness')}>
          <h2>{t('report.fairness')}</h2>
          <div className="scroll" tabIndex={0} role="group" aria-label={t('report.fairness')}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('ledger.person')}</th>
                  <th scope="col" colSpan={2}>
                    {t('report.accepted')}
                  </th>
                  <th scope="col">{t('report.alarms')}</th>
                  <th scope="col">{t('report.missed')}</th>
                </tr>
              </thead>
              <tbody>
                {report.fairness.nurses.map((one) => (
                  <tr key={one.staff_id}>
                    <th scope="row">
                      <bdi>{names.person(one.staff_id) ?? t('role.nurse')}</bdi>
                    </th>
                    <td>
                      <Bar parts={[one.accepted / most]} />
                    </td>
                    <td>{texts.number(one.accepted)}</td>
                    <td>{one.alarms_per_hour === null ? '–' : texts.number(one.alarms_per_hour, ONE_PLACE)}</td>
                    <td>{texts.number(one.missed_receipts)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      </div>
    </>
  );
}

/** A bar of a chart, for eyes alone: its figures are in the row. */
function Bar({ parts }: { parts: readonly number[] }) {
  return (
    <svg className="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      {parts.map((part, place) => (
        <rect
          key={place}
          x={100 * parts.slice(0, place).reduce((sum, one) => sum + one, 0)}
          width={Math.max(0, 100 * part)}
          height="10"
          data-part={place}
        />
      ))}
    </svg>
  );
}
