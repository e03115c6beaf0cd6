import { useEffect, useRef, useState } from 'react';

/** The place of a button has another meaning a moment later: a second tap of the same finger is not meant for what comes there. */
const SETTLE_MS = 600;

export interface OneAtATime {
  /** The command before has only just changed the page. */
  readonly isSettling: boolean;
  /** @returns false while another command is on its way, or the page settles */
  readonly enter: () => boolean;
  /** Takes the next command at once. */
  readonly leave: () => void;
  /** Takes the next command once the page has settled. */
  readonly leaveSettled: () => void;
}

/** Commands of one part of the screen, one at a time. */
export function useOneAtATime(): OneAtATime {
  const [isSettling, setSettling] = useState(false);
  const isTaken = useRef(false);
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(settling.current);
    },
    [],
  );
  const leave = () => {
    isTaken.current = false;
  };
  return {
    isSettling,
    leave,
    enter: () => {
      if (isTaken.current) return false;
      isTaken.current = true;
      return true;
    },
    leaveSettled: () => {
      setSettling(true);
      settling.current = setTimeout(() => {
        leave();
        setSettling(false);
      }, SETTLE_MS);
    },
  };
}
