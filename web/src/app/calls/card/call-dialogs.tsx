import type { CallView, DeclineCode } from '@wardline/client';
import { useDepartment } from '@wardline/client/react';
import type { SubmitEvent } from 'react';
import { Modal } from '../../../shared/ui/modal.js';
import { useTexts } from '../../texts.js';

/** In the order of the dialog. A code that is left out does not compile. */
const IN_ORDER: Record<DeclineCode, true> = { busy: true, break: true, too_far: true, not_qualified: true, other: true };
const CODES = Object.keys(IN_ORDER) as DeclineCode[];
const MAX_REASON = 500;

export function DeclineDialog({ onChoose, onClose }: { onChoose: (code: DeclineCode) => void; onClose: () => void }) {
  const { t } = useTexts();
  return (
    <Modal title={t('decline.title')} backLabel={t('back')} onClose={onClose}>
      <div className="modal-choices">
        {CODES.map((code) => (
          <button
            key={code}
            type="button"
            className="button"
            onClick={() => {
              onClose();
              onChoose(code);
            }}
          >
            {t(`decline.${code}`)}
          </button>
        ))}
      </div>
    </Modal>
  );
}

/** A remote cancel is a manager's, and has a reason. */
export function CancelDialog({ onReason, onClose }: { onReason: (reason: string) => void; onClose: () => void }) {
  const { t } = useTexts();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = (new FormData(event.currentTarget).get('reason') as string).trim();
    if (reason === '') return;
    onClose();
    onReason(reason);
  };
  return (
    <Modal title={t('cancel.title')} lead={t('cancel.lead')} backLabel={t('back')} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <ReasonField />
        <button className="button button-danger">{t('cancel.submit')}</button>
      </form>
    </Modal>
  );
}

interface ReassignProps {
  call: CallView;
  onChoose: (staffId: string, reason: string) => void;
  onClose: () => void;
}

export function ReassignDialog({ call, onChoose, onClose }: ReassignProps) {
  const { t } = useTexts();
  const { staff } = useDepartment(call.dept);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const reason = (form.get('reason') as string).trim();
    if (reason === '') return;
    onClose();
    onChoose(form.get('staff') as string, reason);
  };
  return (
    <Modal title={t('reassign.title')} backLabel={t('back')} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span className="label">{t('reassign.to')}</span>
          <select className="input" name="staff" required>
            {staff
              .filter(({ staff_id, paused_until }) => staff_id !== call.accepted_by && paused_until === null)
              .map(({ staff_id, name }) => (
                <option key={staff_id} value={staff_id}>
                  {name}
                </option>
              ))}
          </select>
        </label>
        <ReasonField />
        <button className="button button-main">{t('reassign.submit')}</button>
      </form>
    </Modal>
  );
}

export function ReasonField() {
  const { t } = useTexts();
  return (
    <label className="field">
      <span className="label">{t('reason')}</span>
      <input className="input" name="reason" required maxLength={MAX_REASON} autoComplete="off" />
    </label>
  );
}
