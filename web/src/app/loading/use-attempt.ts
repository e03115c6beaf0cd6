import { useRef, useState } from 'react';
import { errorText } from '../../shared/texts/error-text.js';
import { useTexts } from '../texts.js';

/** The rows and buttons change with the answer: a second tap of the same finger is not meant for what comes there. */
const SETTLE_MS = 600;

export interface Attempt {
  readonly isBusy: boolean;
  /** The text for the last command, where it failed. */
  readonly fault: string | undefined;
  /**
   * Runs one command at a time; a further one meanwhile is left out.
   * @param handles true for an error that the caller deals with
   * @returns true when the command was run and succeeded
   */
  readonly attempt: (command: () => Promise<unknown>, handles?: (error: unknown) => boolean) => Promise<boolean>;
}

/** The commands of one part of the screen. */
export function useAttempt(): Attempt {
  const texts = useTexts();
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const isBlocked = useRef(false);
  const attempt: Attempt['attempt'] = async (command, handles) => {
    if (isBlocked.current) return false;
    isBlocked.current = true;
    setBusy(true);
    setFault(undefined);
    try {
      await command();
      return true;
    } catch (error) {
      if (handles?.(error) !== true) setFault(errorText(texts, error));
      return false;
    } finally {
      setTimeout(() => {
        isBlocked.current = false;
        setBusy(false);
      }, SETTLE_MS);
    }
  };
  return { isBusy, fault, attempt };
}
