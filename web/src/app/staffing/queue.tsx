import type { Member, Wardline } from '@wardline/client';
import { useState } from 'react';
import { Modal } from '../../shared/ui/modal.js';
import { Fault } from '../loading/fault.js';
import { useAttempt } from '../loading/use-attempt.js';
import { useTexts } from '../texts.js';

interface Props {
  dept: string;
  members: readonly Member[];
  /** After a command that changed something. */
  onDone: () => void;
  client: Wardline;
}

/** The order in which calls go round. By buttons: they work with a thumb, a mouse and a keyboard. */
export function Queue({ dept, members, onDone, client }: Props) {
  const texts = useTexts();
  const { t } = texts;
  const { isBusy, fault, attempt } = useAttempt();
  const [leaving, setLeaving] = useState<Member>();
  const queue = members.filter((one) => one.queue_position !== null).sort((a, b) => (a.queue_position ?? 0) - (b.queue_position ?? 0));
  const onDuty = members.filter((one) => one.on_duty_since !== null);
  const run = async (command: () => Promise<unknown>) => {
    if (await attempt(command)) onDone();
  };
  const move = (from: number, to: number) => {
    if (to < 0 || to >= queue.length) return;
    const ids = queue.map(({ staff_id }) => staff_id);
    const [moved] = ids.splice(from, 1);
    if (moved === undefined) return;
    ids.splice(to, 0, moved);
    void run(() => client.staffing.setQueue(dept, { staff_ids: ids }));
  };
  return (
    <section className="panel" aria-label={t('staffing.queue')}>
      <h2>{t('staffing.queue')}</h2>
      <p className="hint">{t('staffing.queue_lead')}</p>
      {onDuty.length === 0 && <p className="hint">{t('team.none')}</p>}
      <Fault text={fault} />
      <ol className="rows" aria-busy={isBusy}>
        {queue.map((one, place) => (
          <li key={one.staff_id}>
            <span className="row-number">{place + 1}</span>
            <div className="row-text">
              <bdi>{one.name}</bdi>
              <p className="hint">
                {[
                  t('team.load', { n: one.load }),
                  t(one.online ? 'team.online' : 'team.offline'),
                  ...(one.paused_until === null ? [] : [t('team.paused', { time: texts.time(one.paused_until) })]),
                ].join(' · ')}
              </p>
            </div>
            <button
              className="button"
              aria-label={t('staffing.up', { name: one.name })}
              aria-disabled={isBusy || place === 0}
              onClick={() => {
                move(place, place - 1);
              }}
            >
              ↑
            </button>
            <button
              className="button"
              aria-label={t('staffing.down', { name: one.name })}
              aria-disabled={isBusy || place === queue.length - 1}
              onClick={() => {
                move(place, place + 1);
              }}
            >
              ↓
            </button>
            <button
              className="button button-plain row-more"
              aria-label={t('staffing.end_shift_of', { name: one.name })}
              aria-disabled={isBusy}
              onClick={() => {
                if (!isBusy) setLeaving(one);
              }}
            >
              {t('staffing.end_shift')}
            </button>
          </li>
        ))}
      </ol>
      {leaving && (
        // The rows change places by themselves: the name says once more whose shift it is.
        <Modal
          title={t('staffing.end_shift_of', { name: leaving.name })}
          lead={t('staffing.end_shift_lead')}
          backLabel={t('back')}
          onClose={() => {
            setLeaving(undefined);
          }}
        >
          <button
            className="button button-danger"
            onClick={() => {
              setLeaving(undefined);
              void run(() => client.staffing.abandonShift(dept, leaving.staff_id));
            }}
          >
            {t('shift.end')}
          </button>
        </Modal>
      )}
    </section>
  );
}
