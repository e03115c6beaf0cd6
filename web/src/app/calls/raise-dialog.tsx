import { useWardline } from '@wardline/client/react';
import { type SubmitEvent, useState } from 'react';
import { errorText } from '../../shared/texts/error-text.js';
import { NamedOptions } from '../../shared/ui/named-options.js';
import { useApp, useDeptNames } from '../context.js';
import { Modal } from '../../shared/ui/modal.js';
import { useTexts } from '../texts.js';

/** A call that a person places, as for a patient who cannot press. */
export function RaiseButton({ dept }: { dept: string }) {
  const { t } = useTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        className="button"
        onClick={() => {
          setOpen(true);
        }}
      >
        {t('raise')}
      </button>
      {isOpen && (
        <RaiseDialog
          dept={dept}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

function RaiseDialog({ dept, onClose }: { dept: string; onClose: () => void }) {
  const texts = useTexts();
  const { t, language } = texts;
  const { say } = useApp();
  const client = useWardline();
  const names = useDeptNames(dept);
  const [room, setRoom] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const types = (names.directory?.call_types ?? []).filter(({ retired }) => !retired).sort((a, b) => b.rank - a.rank);
  const beds = (names.directory?.beds ?? []).filter(({ room_id }) => room_id === room);

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy) return;
    const form = new FormData(event.currentTarget);
    const bed = form.get('bed') as string | null;
    setBusy(true);
    try {
      await client.calls.raise({ type: form.get('type') as string, room_id: room, ...(bed !== null && bed !== '' && { bed_id: bed }) });
      say(t('raise.done'));
      onClose();
    } catch (error) {
      setFault(errorText(texts, error));
      setBusy(false);
    }
  };

  return (
    <Modal title={t('raise.title')} backLabel={t('back')} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span className="label">{t('raise.room')}</span>
          <select
            className="input"
            name="room"
            required
            value={room}
            onChange={({ target }) => {
              setRoom(target.value);
            }}
          >
            <option value="" />
            <NamedOptions of={names.directory?.rooms ?? []} />
          </select>
        </label>
        <label className="field">
          <span className="label">{t('raise.bed')}</span>
          <select className="input" name="bed" disabled={beds.length === 0}>
            <option value="">{t('raise.no_bed')}</option>
            <NamedOptions of={beds} />
          </select>
        </label>
        <label className="field">
          <span className="label">{t('raise.type')}</span>
          <select className="input" name="type" required defaultValue="staff_assist">
            {types.map(({ id }) => (
              <option key={id} value={id}>
                {names.typeLabel(id, language)}
              </option>
            ))}
          </select>
        </label>
        {fault !== undefined && (
          <p role="alert" className="fault">
            {fault}
          </p>
        )}
        <button className="button button-main" aria-disabled={isBusy}>
          {isBusy ? t('act.sending') : t('raise.submit')}
        </button>
      </form>
    </Modal>
  );
}
