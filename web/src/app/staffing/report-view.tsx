import type { Report } from '@wardline/client';
import { formatAge } from '../../shared/texts/age.js';
import { useDeptNames } from '../context.js';
import { useTexts } from '../texts.js';

type Interval = Report['intervals'][number];

const seconds = (value: number | null) => (value === null ? '–' : formatAge(value * 1000));
const percent = (share: number) => `${String(Math.round(share * 100))} %`;

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
  const shiftName = (shift: string) => {
    const key = `shift.name.${shift}`;
    return texts.has(key) ? t(key) : shift;
  };
  const label = ({ type, shift }: Interval) =>
    shift === 'all' ? names.typeLabel(type, language) : `${names.typeLabel(type, language)} · ${shiftName(shift)}`;
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
                <th scope="col">90 %</th>
                <th scope="col">≤ 30 s</th>
                <th scope="col">≤ 60 s</th>
                <th scope="col">≤ 120 s</th>
                <th scope="col">{t('report.never')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <tr key={`${one.type} ${one.shift}`}>
                  <th scope="row">{label(one)}</th>
                  <td>
                    <Bar parts={[(one.p50 ?? 0) / longest, ((one.p90 ?? 0) - (one.p50 ?? 0)) / longest]} />
                  </td>
                  <td>{one.count}</td>
                  <td>{seconds(one.p50)}</td>
                  <td>{seconds(one.p90)}</td>
                  <td>{percent(one.within_30)}</td>
                  <td>{percent(one.within_60)}</td>
                  <td>{percent(one.within_120)}</td>
                  <td>{one.never}</td>
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
                    <th scope="row">{names.typeLabel(one.type, language)}</th>
                    <td>{one.placed}</td>
                    <td>{one.completed}</td>
                    <td>{one.cancelled}</td>
                    <td>{one.repeats}</td>
                    <td>{report.escalations.filter(({ type }) => type === one.type).reduce((sum, { count }) => sum + count, 0)}</td>
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
                    <td>{one.accepted}</td>
                    <td>{one.alarms_per_hour === null ? '–' : one.alarms_per_hour.toFixed(1)}</td>
                    <td>{one.missed_receipts}</td>
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
