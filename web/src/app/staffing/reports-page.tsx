import type { Report } from '@wardline/client';
import { useWardline } from '@wardline/client/react';
import { type SubmitEvent, useEffect, useState } from 'react';
import { errorText } from '../../shared/texts/error-text.js';
import { useAttempt } from '../loading/use-attempt.js';
import { Fault } from '../loading/fault.js';
import { useLoaded } from '../loading/use-loaded.js';
import { PageHeading } from '../page-heading.js';
import { useTexts } from '../texts.js';
import { lastDays, type Period, wholeDays } from './period.js';
import { ReportView } from './report-view.js';
import './staffing.css';

const PERIODS_DAYS = [1, 7, 30];
/** The browser has read the file by then. */
const DOWNLOAD_MS = 60_000;

/** As the server names the file. */
const compact = (time: string) => time.replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '');

/** How fast calls were answered, by kind and shift; how evenly they were spread. */
export default function ReportsPage({ dept }: { dept: string }) {
  const texts = useTexts();
  const { t } = texts;
  const client = useWardline();
  const [period, setPeriod] = useState(() => lastDays(client.serverNow(), 7));
  const [days, setDays] = useState(period.days);
  const { from, to } = period;
  const show = (next: Period) => {
    setPeriod(next);
    setDays(next.days);
  };
  const { value, error, isLoading, reload } = useLoaded(`${dept} ${from} ${to}`, () => client.reports.get(dept, { from, to }));
  const [shown, setShown] = useState<Report>();
  const report = value ?? shown;
  useEffect(() => {
    if (value) setShown(value);
  }, [value]);
  const { isPending, isBusy, fault, attempt } = useAttempt();

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    show(wholeDays(days.from, days.to));
  };
  const download = async () => {
    const csv = await client.reports.csv(dept, { from, to });
    const url = URL.createObjectURL(new Blob([csv], { type: 'text/csv' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `report-${dept}-${compact(from)}-${compact(to)}.csv`;
    link.click();
    setTimeout(() => {
      URL.revokeObjectURL(url);
    }, DOWNLOAD_MS);
  };

  return (
    <>
      <PageHeading>{t('nav.reports')}</PageHeading>
      <form className="form-row" onSubmit={submit}>
        <div className="button-row">
          {PERIODS_DAYS.map((count) => (
            <button
              key={count}
              type="button"
              className="button"
              onClick={() => {
                show(lastDays(client.serverNow(), count));
              }}
            >
              {t('report.days', { n: count })}
            </button>
          ))}
        </div>
        <label className="field">
          <span className="label">{t('report.from')}</span>
          <input
            className="input"
            type="date"
            name="from"
            required
            value={days.from}
            onChange={({ target }) => {
              setDays({ ...days, from: target.value });
            }}
          />
        </label>
        <label className="field">
          <span className="label">{t('report.to')}</span>
          <input
            className="input"
            type="date"
            name="to"
            required
            value={days.to}
            onChange={({ target }) => {
              setDays({ ...days, to: target.value });
            }}
          />
        </label>
        <div className="button-pair">
          <button className="button">{t('report.show')}</button>
          <button type="button" className="button button-main" aria-disabled={isBusy} onClick={() => void attempt(download)}>
            {t(isPending ? 'loading' : 'report.csv')}
          </button>
        </div>
      </form>
      <Fault text={fault} />
      <Fault text={error === undefined ? undefined : errorText(texts, error)} onRetry={reload} />
      {isLoading && (
        <p role="status" className="loading">
          {t('loading')}
        </p>
      )}
      {report && (
        <div className="stack" aria-busy={isLoading} data-old={report !== value}>
          <ReportView report={report} />
        </div>
      )}
    </>
  );
}
