import type { Report } from '@wardline/client';
import { useWardline } from '@wardline/client/react';
import { type SubmitEvent, useEffect, useState } from 'react';
import { errorText } from '../../shared/texts/error-text.js';
import { PageHeading } from '../page-heading.js';
import { useTexts } from '../texts.js';
import { ReportView } from './report-view.js';
import './staffing.css';

const DAY_MS = 86_400_000;
const PERIODS_DAYS = [1, 7, 30];
/** The browser has read the file by then. */
const DOWNLOAD_MS = 60_000;

interface Period {
  from: string;
  to: string;
}

/** As the server names the file. */
const compact = (time: string) => time.replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '');

const lastDays = (now: number, days: number): Period => ({
  from: new Date(now - days * DAY_MS).toISOString(),
  to: new Date(now).toISOString(),
});

/** How fast calls were answered, by kind and shift; how evenly they were spread. */
export default function ReportsPage({ dept }: { dept: string }) {
  const texts = useTexts();
  const { t } = texts;
  const client = useWardline();
  const [period, setPeriod] = useState(() => lastDays(client.serverNow(), 7));
  const [report, setReport] = useState<Report>();
  const [fault, setFault] = useState<string>();

  useEffect(() => {
    let isOver = false;
    client.reports.get(dept, period).then(
      (next) => {
        if (isOver) return;
        setFault(undefined);
        setReport(next);
      },
      (error: unknown) => {
        if (!isOver) setFault(errorText(texts, error));
      },
    );
    return () => {
      isOver = true;
    };
  }, [client, dept, period, texts]);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const from = new Date(`${fields.get('from') as string}T00:00`);
    const to = new Date(`${fields.get('to') as string}T00:00`);
    to.setDate(to.getDate() + 1);
    setPeriod({ from: from.toISOString(), to: to.toISOString() });
  };
  const download = async () => {
    try {
      const csv = await client.reports.csv(dept, period);
      const url = URL.createObjectURL(new Blob([csv], { type: 'text/csv' }));
      const link = document.createElement('a');
      link.href = url;
      link.download = `report-${dept}-${compact(period.from)}-${compact(period.to)}.csv`;
      link.click();
      setTimeout(() => {
        URL.revokeObjectURL(url);
      }, DOWNLOAD_MS);
    } catch (error) {
      setFault(errorText(texts, error));
    }
  };

  return (
    <>
      <PageHeading>{t('nav.reports')}</PageHeading>
      <form className="form-row" onSubmit={submit} key={`${period.from} ${period.to}`}>
        <div className="button-row">
          {PERIODS_DAYS.map((days) => (
            <button
              key={days}
              type="button"
              className="button"
              onClick={() => {
                setPeriod(lastDays(client.serverNow(), days));
              }}
            >
              {t('report.days', { n: days })}
            </button>
          ))}
        </div>
        <label className="field">
          <span className="label">{t('report.from')}</span>
          <input className="input" type="date" name="from" required defaultValue={period.from.slice(0, 10)} />
        </label>
        <label className="field">
          <span className="label">{t('report.to')}</span>
          <input className="input" type="date" name="to" required defaultValue={period.to.slice(0, 10)} />
        </label>
        <div className="button-pair">
          <button className="button">{t('report.show')}</button>
          <button type="button" className="button button-main" onClick={() => void download()}>
            {t('report.csv')}
          </button>
        </div>
      </form>
      {fault !== undefined && (
        <p role="alert" className="fault">
          {fault}
        </p>
      )}
      {report ? <ReportView report={report} /> : fault === undefined && <p className="loading">{t('loading')}</p>}
    </>
  );
}
