import type { CallView } from '@wardline/client';
import { useWardline } from '@wardline/client/react';
import { useState } from 'react';
import { errorText } from '../../../shared/texts/error-text.js';
import { CallMark } from '../../../shared/ui/call-marks.js';
import { useDeptNames } from '../../context.js';
import { useTexts } from '../../texts.js';

/** It reads no more of the call than it needs, and runs no code of the card that broke. */
export function BrokenCard({ call }: { call: CallView }) {
  const texts = useTexts();
  const { t } = texts;
  const client = useWardline();
  const room = useDeptNames(call.dept).room(call.room_id);
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const accept = () => {
    setBusy(true);
    setFault(undefined);
    client.calls
      .accept(call.id)
      .catch((error: unknown) => {
        setFault(errorText(texts, error));
      })
      .finally(() => {
        setBusy(false);
      });
  };
  return (
    <article
      className="card"
      aria-label={room}
      data-call-id={call.id}
      data-call-state={call.state}
      data-call-level={call.level}
      data-rank="2"
    >
      <div className="card-mark">
        <CallMark rank={2} type="" size={56} />
      </div>
      <div className="card-body">
        <h3 className="card-room">
          <bdi>{room}</bdi>
        </h3>
        <p>
          {t('card.level', { level: call.level })} · {t('broken.title')}
        </p>
        {fault !== undefined && (
          <p role="alert" className="fault">
            {fault}
          </p>
        )}
      </div>
      <div className="card-actions">
        <button className="button button-main" aria-disabled={isBusy} onClick={isBusy ? undefined : accept}>
          {isBusy ? t('act.sending') : t('act.accept')}
        </button>
      </div>
    </article>
  );
}
