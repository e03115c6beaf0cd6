import { useState } from 'react';
import { errorText } from '../../shared/texts/error-text.js';
import { useTexts } from '../texts.js';
import { useOneAtATime } from './use-one-at-a-time.js';

export interface Attempt {
  /** A command is on its way. */
  readonly isPending: boolean;
  /** No command is taken: one is on its way, or has only just changed the page. */
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
  const [isPending, setPending] = useState(false);
  const { isSettling, enter, leave, leaveSettled } = useOneAtATime();
  const [fault, setFault] = useState<string>();
  const attempt: Attempt['attempt'] = async (command, handles) => {
    if (!enter()) return false;
    setPending(true);
    setFault(undefined);
    try {
      await command();
      leaveSettled();
      return true;
    } catch (error) {
      leave();
      if (handles?.(error) !== true) setFault(errorText(texts, error));
      return false;
    } finally {
      setPending(false);
    }
  };
  return { isPending, isBusy: isPending || isSettling, fault, attempt };
}
