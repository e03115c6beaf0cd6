import type { CallView, CallWithHistory } from '@wardline/client';
import { useDepartment } from '@wardline/client/react';
import { errorText } from '../../shared/texts/error-text.js';
import { CallCard } from './card/call-card.js';
import { CallHistory } from './call-history.js';
import { CallLedger } from './call-ledger.js';
import { meIn, useApp, useDeptNames } from '../context.js';
import { Fault } from '../loading/fault.js';
import { PageHeading } from '../page-heading.js';
import { Link } from '../router.js';
import { useTexts } from '../texts.js';
import { useCall } from './use-call.js';

/** One call with its history and its ledger. */
export function CallPage({ id }: { id: string }) {
  const texts = useTexts();
  const { t } = texts;
  const { value: call, error, isGone, reload } = useCall(id);
  const fault = error === undefined || isGone ? undefined : errorText(texts, error);

  return (
    <>
      <p>
        <Link className="button button-plain back" href="/app">
          <span aria-hidden="true" className="arrow">
            ‹
          </span>
          {t('call.back')}
        </Link>
      </p>
      {call && !isGone ? (
        <Loaded call={call} fault={fault && t('call.shows_old')} onRetry={reload} />
      ) : (
        <>
          <h1 className="visually-hidden">{t('calls.title')}</h1>
          {fault === undefined && <p className="loading">{t(isGone ? 'call.gone' : 'loading')}</p>}
          <Fault text={fault} onRetry={reload} />
        </>
      )}
    </>
  );
}

interface LoadedProps {
  call: CallWithHistory;
  fault: string | undefined;
  onRetry: () => void;
}

function Loaded({ call, fault, onRetry }: LoadedProps) {
  const { t, language } = useTexts();
  const { user } = useApp();
  const names = useDeptNames(call.dept);
  const picture = useDepartment(call.dept);
  // The picture of the department is newer than the loaded call, or as old.
  const current: CallView = picture.calls.find(({ id }) => id === call.id) ?? call;
  return (
    <>
      <div className="visually-hidden">
        <PageHeading>{names.title(call, language)}</PageHeading>
      </div>
      <Fault text={fault} onRetry={onRetry} />
      <CallCard call={current} me={meIn(user, picture)} isOwnPage />
      <div className="two">
        <section className="panel" aria-label={t('call.history')}>
          <h2>{t('call.history')}</h2>
          <CallHistory call={call} names={names} />
        </section>
        <section className="panel" aria-label={t('call.ledger')}>
          <h2>{t('call.ledger')}</h2>
          <CallLedger call={call} names={names} />
        </section>
      </div>
    </>
  );
}
