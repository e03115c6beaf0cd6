import { type ReactNode, useId, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { notLiveText, onNotLive } from '../not-live.js';
import './modal.css';

interface Props {
  title: string;
  lead?: string;
  /** The button that closes the dialog and changes nothing. */
  backLabel: string;
  onClose: () => void;
  children: ReactNode;
}

/** The browser's own dialog: focus stays in it, Escape leaves it, and focus goes back to where it was. */
export function Modal({ title, lead, backLabel, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const notLive = useSyncExternalStore(onNotLive, notLiveText);
  useLayoutEffect(() => {
    const { current } = dialog;
    if (current?.open === false) current.showModal();
    // A dialog that is taken away gives the focus back only if it was closed before.
    return () => current?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="modal"
      aria-labelledby={id}
      onClose={({ currentTarget }) => {
        // The event comes late: the dialog may be open again, as after React's double mount in development.
        if (!currentTarget.open) onClose();
      }}
    >
      {notLive !== undefined && (
        <p role="alert" className="modal-not-live">
          {notLive}
        </p>
      )}
      <h2 id={id}>{title}</h2>
      {lead !== undefined && <p>{lead}</p>}
      {children}
      <button type="button" className="button button-plain" onClick={() => dialog.current?.close()}>
        {backLabel}
      </button>
    </dialog>
  );
}
