import { type CallView, type CallWithHistory, WardlineError } from '@wardline/client';
import { useDepartment, useWardline } from '@wardline/client/react';
import { useEffect, useState } from 'react';
import { errorText } from '../../shared/texts/error-text.js';
import { CallCard } from './call-card.js';
import { CallHistory } from './call-history.js';
import { CallLedger } from './call-ledger.js';
import { meIn, useApp, useDeptNames } from '../context.js';
import { PageHeading } from '../page-heading.js';
import { Link } from '../router.js';
import { useTexts } from '../texts.js';

/** One call with its history and its ledger; loaded again with each event of it. */
export function CallPage({ id }: { id: string }) {
  const texts = useTexts();
  const { t } = texts;
  const client = useWardline();
  const { dept } = useApp();
  const [call, setCall] = useState<CallWithHistory>();
  const [fault, setFault] = useState<string>();
  const [isGone, setGone] = useState(false);
  const follow = call?.dept ?? dept;

  useEffect(() => {
    let isOver = false;
    const load = () => {
      client.calls.get(id).then(
        (next) => {
          if (isOver) return;
          setFault(undefined);
          setCall(next);
        },
        (error: unknown) => {
          if (isOver) return;
          if (error instanceof WardlineError && error.status === 404) setGone(true);
          else setFault(errorText(texts, error));
        },
      );
    };
    load();
    const undo = client.department(follow).on('*', ({ data }) => {
      if ((data as { call_id?: string }).call_id === id) load();
    });
    return () => {
      isOver = true;
      undo();
    };
  }, [client, id, follow, texts]);

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
      {call ? (
        <Loaded call={call} fault={fault} />
      ) : (
        <>
          <h1 className="visually-hidden">{t('calls.title')}</h1>
          <p className="loading">{isGone ? t('call.gone') : (fault ?? t('loading'))}</p>
        </>
      )}
    </>
  );
}

function Loaded({ call, fault }: { call: CallWithHistory; fault: string | undefined }) {
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
      {fault !== undefined && <p className="fault">{t('call.shows_old')}</p>}
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
