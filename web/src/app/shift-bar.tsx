import { WardlineError } from '@wardline/client';
import { useDepartment, useStatus, useWardline } from '@wardline/client/react';
import { useEffect, useRef, useState } from 'react';
import { useApp } from './context.js';
import { Fault } from './loading/fault.js';
import { useAttempt } from './loading/use-attempt.js';
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
  const { isPending, isBusy, fault, attempt } = useAttempt();
  const [isChoosingBreak, chooseBreak] = useState(false);
  const [lastOne, setLastOne] = useState<() => Promise<unknown>>();
  const mine = staff.find(({ staff_id }) => staff_id === user.id);
  const deptName = departments.find(({ id }) => id === dept)?.name ?? dept;
  const state = mine === undefined ? 'off' : mine.paused_until === null ? 'on' : 'paused';
  const stateText =
    mine === undefined
      ? t('shift.off')
      : mine.paused_until === null
        ? t('shift.on', { dept: deptName, time: texts.time(mine.on_duty_since) })
        : t('shift.paused', { time: texts.time(mine.paused_until) });

  const isAwaited = useRef(false);
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isAwaited.current) return;
    isAwaited.current = false;
    say(stateText);
    // The button that was pressed is gone.
    if (document.activeElement === document.body) first.current?.focus();
  }, [state]);

  const run = (command: () => Promise<unknown>, insist?: () => Promise<unknown>) => {
    isAwaited.current = true;
    void attempt(command, (error) => {
      const isLast = error instanceof WardlineError && error.code === 'LAST_ON_DUTY' && insist !== undefined;
      if (isLast) setLastOne(() => insist);
      return isLast;
    }).then((isDone) => {
      if (!isDone) isAwaited.current = false;
    });
  };
  const end = (confirm?: true) => client.shifts.end(dept, confirm && { confirm });
  const pause = (minutes: number) => {
    chooseBreak(false);
    const until = new Date(client.serverNow() + minutes * 60_000).toISOString();
    run(
      () => client.shifts.pause(dept, { until }),
      () => client.shifts.pause(dept, { until, confirm: true }),
    );
  };
  const press = () => {
    if (isBusy) return;
    if (state === 'on') chooseBreak(true);
    else if (state === 'paused') run(() => client.shifts.resume(dept));
    else {
      // The gesture that lets the browser sound.
      void alarm.unlock();
      run(() => client.shifts.start(dept));
    }
  };
  const isWorker = user.role !== 'admin' && user.capabilities.includes('shift.work');
  const isWaiting = isPending && phase !== 'live';

  return (
    <section className="shift" data-on-duty={mine !== undefined} aria-label={t('shift.label')}>
      <p className="shift-state">
        {state === 'on' ? <span>{stateText}</span> : <strong>{stateText}</strong>}
        {state === 'off' && isWorker && <span className="hint">{t('shift.off_more', { dept: deptName })}</span>}
        {isWaiting && <span className="hint">{t('act.waiting')}</span>}
      </p>
      <div className="shift-actions">
        {(mine !== undefined || isWorker) && (
          // One button in all states, so that the focus stays on it.
          <button ref={first} className={state === 'on' ? 'button' : 'button button-main'} aria-disabled={isBusy} onClick={press}>
            {t(state === 'on' ? 'shift.pause' : isPending ? 'shift.waiting' : state === 'paused' ? 'shift.resume' : 'shift.start')}
          </button>
        )}
        {mine !== undefined && (
          <button
            className="button"
            aria-disabled={isBusy}
            onClick={() => {
              run(
                () => end(),
                () => end(true),
              );
            }}
          >
            {t('shift.end')}
          </button>
        )}
        <RaiseButton dept={dept} />
      </div>
      <Fault text={fault} />
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
              run(lastOne);
            }}
          >
            {t('shift.last_end')}
          </button>
        </Modal>
      )}
    </section>
  );
}
