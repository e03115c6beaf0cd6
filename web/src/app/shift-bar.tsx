import { WardlineError } from '@wardline/client';
import { useDepartment, useStatus, useWardline } from '@wardline/client/react';
import { useState } from 'react';
import { errorText } from '../shared/texts/error-text.js';
import { useApp } from './context.js';
import { Modal } from '../shared/ui/modal.js';
import { RaiseButton } from './calls/raise-dialog.js';
import { useTexts } from './texts.js';

const BREAKS_MIN = [10, 20, 30, 60];

/** The shift in a department: not begun, on duty, on a break. */
export function ShiftBar({ dept }: { dept: string }) {
  const texts = useTexts();
  const { t } = texts;
  const { user, departments, alarm, say } = useApp();
  const client = useWardline();
  const { phase } = useStatus();
  const { staff } = useDepartment(dept);
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const [isChoosingBreak, chooseBreak] = useState(false);
  const [lastOne, setLastOne] = useState<() => Promise<unknown>>();
  const mine = staff.find(({ staff_id }) => staff_id === user.id);
  const deptName = departments.find(({ id }) => id === dept)?.name ?? dept;

  const run = async (command: () => Promise<unknown>, insist?: () => Promise<unknown>) => {
    if (isBusy) return;
    setBusy(true);
    setFault(undefined);
    try {
      await command();
      say('');
    } catch (error) {
      if (error instanceof WardlineError && error.code === 'LAST_ON_DUTY' && insist) setLastOne(() => insist);
      else setFault(errorText(texts, error));
    }
    setBusy(false);
  };
  const end = (confirm?: true) => client.shifts.end(dept, confirm && { confirm });
  const pause = (minutes: number) => {
    chooseBreak(false);
    const until = new Date(client.serverNow() + minutes * 60_000).toISOString();
    void run(
      () => client.shifts.pause(dept, { until }),
      () => client.shifts.pause(dept, { until, confirm: true }),
    );
  };
  const isWorker = user.role !== 'admin' && user.capabilities.includes('shift.work');
  const isWaiting = isBusy && phase !== 'live';

  return (
    <section className="shift" data-on-duty={mine !== undefined} aria-label={t('shift.label')}>
      <p className="shift-state">
        {mine === undefined ? (
          <>
            <strong>{t('shift.off')}</strong>
            {isWorker && <span className="hint">{t('shift.off_more', { dept: deptName })}</span>}
          </>
        ) : mine.paused_until !== null ? (
          <strong>{t('shift.paused', { time: texts.time(mine.paused_until) })}</strong>
        ) : (
          <span>{t('shift.on', { dept: deptName, time: texts.time(mine.on_duty_since) })}</span>
        )}
        {isWaiting && <span className="hint">{t('act.waiting')}</span>}
      </p>
      <div className="shift-actions">
        {mine === undefined && isWorker && (
          <button
            className="button button-main"
            aria-disabled={isBusy}
            onClick={() => {
              // The gesture that lets the browser sound.
              void alarm.unlock();
              void run(() => client.shifts.start(dept));
            }}
          >
            {isBusy ? t('shift.waiting') : t('shift.start')}
          </button>
        )}
        {mine !== undefined && mine.paused_until !== null && (
          <button className="button button-main" aria-disabled={isBusy} onClick={() => void run(() => client.shifts.resume(dept))}>
            {t('shift.resume')}
          </button>
        )}
        {mine !== undefined && mine.paused_until === null && (
          <button
            className="button"
            aria-disabled={isBusy}
            onClick={() => {
              chooseBreak(true);
            }}
          >
            {t('shift.pause')}
          </button>
        )}
        {mine !== undefined && (
          <button
            className="button"
            aria-disabled={isBusy}
            onClick={() =>
              void run(
                () => end(),
                () => end(true),
              )
            }
          >
            {t('shift.end')}
          </button>
        )}
        <RaiseButton dept={dept} />
      </div>
      {fault !== undefined && (
        <p role="alert" className="fault shift-fault">
          {fault}
        </p>
      )}
      {isChoosingBreak && (
        <Modal
          title={t('shift.pause_title')}
          lead={t('shift.pause_lead')}
          backLabel={t('back')}
          onClose={() => {
            chooseBreak(false);
          }}
        >
          <div className="modal-choices">
            {BREAKS_MIN.map((n) => (
              <button
                key={n}
                className="button"
                onClick={() => {
                  pause(n);
                }}
              >
                {t('minutes', { n })}
              </button>
            ))}
          </div>
        </Modal>
      )}
      {lastOne && (
        <Modal
          title={t('shift.last_title')}
          lead={t('shift.last_lead', { dept: deptName })}
          backLabel={t('shift.last_stay')}
          onClose={() => {
            setLastOne(undefined);
          }}
        >
          <button
            className="button button-danger"
            onClick={() => {
              setLastOne(undefined);
              void run(lastOne);
            }}
          >
            {t('shift.last_end')}
          </button>
        </Modal>
      )}
    </section>
  );
}
