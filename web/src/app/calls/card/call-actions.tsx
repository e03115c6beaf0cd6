import type { CallView } from '@wardline/client';
import { useStatus } from '@wardline/client/react';
import { useState } from 'react';
import { type Action, actionsOf, cancelsFreely, type Me } from '../call-rules.js';
import { useDeptNames } from '../../context.js';
import { CancelDialog, DeclineDialog, ReassignDialog } from './call-dialogs.js';
import { useTexts } from '../../texts.js';
import { useCallCommand } from './use-call-command.js';

const MAIN: ReadonlySet<Action> = new Set(['accept', 'complete']);

/** The commands that this person may give for a call, one tap each. */
export function CallActions({ call, me, describedBy }: { call: CallView; me: Me; describedBy: string }) {
  const { t } = useTexts();
  const names = useDeptNames(call.dept);
  const type = names.type(call.type);
  const { phase } = useStatus();
  const { pending, isBusy, run } = useCallCommand(call);
  const [dialog, setDialog] = useState<'decline' | 'cancel' | 'reassign'>();
  const actions = actionsOf(me, call, type);
  const { id, version } = call;

  const act = (action: Action) => {
    if (action === 'accept') void run(action, ({ calls }) => calls.accept(id));
    else if (action === 'arrive') void run(action, ({ calls }) => calls.arrive(id));
    else if (action === 'complete') void run(action, ({ calls }) => calls.complete(id, { version }));
    else if (action === 'decline') void run(action, ({ calls }) => calls.decline(id, { version }));
    else if (action === 'cancel' && type && cancelsFreely(me, call, type.cancel_policy))
      void run(action, ({ calls }) => calls.cancel(id, { version }));
    else setDialog(action === 'cancel' ? 'cancel' : 'reassign');
  };
  const close = () => {
    setDialog(undefined);
  };

  if (actions.length === 0) return null;
  return (
    <div className="actions">
      {actions.map((action, place) => {
        const isMain = MAIN.has(action) || (action === 'arrive' && place === 0);
        const button = (
          <button
            // The first place stays one button, so that the focus stays on it from Accept to Done.
            key={place === 0 ? 'first' : action}
            type="button"
            className={`button action-${action} ${isMain ? 'button-main' : ''}`}
            aria-disabled={isBusy}
            aria-describedby={describedBy}
            onClick={() => {
              act(action);
            }}
          >
            {pending === action ? (phase === 'live' ? t('act.sending') : t('act.unsent')) : t(`act.${action}`)}
          </button>
        );
        if (action !== 'decline') return button;
        return (
          <span className="split" key="decline">
            {button}
            <button
              type="button"
              className="button action-why"
              aria-label={t('act.decline_why')}
              aria-disabled={isBusy}
              aria-describedby={describedBy}
              onClick={() => {
                setDialog('decline');
              }}
            >
              …
            </button>
          </span>
        );
      })}
      {dialog === 'decline' && (
        <DeclineDialog onClose={close} onChoose={(code) => void run('decline', ({ calls }) => calls.decline(id, { version, code }))} />
      )}
      {dialog === 'cancel' && (
        <CancelDialog onClose={close} onReason={(reason) => void run('cancel', ({ calls }) => calls.cancel(id, { version, reason }))} />
      )}
      {dialog === 'reassign' && (
        <ReassignDialog
          call={call}
          onClose={close}
          onChoose={(staff_id, reason) => void run('reassign', ({ calls }) => calls.reassign(id, { staff_id, reason }))}
        />
      )}
    </div>
  );
}
