import { type CallView, type Wardline, WardlineError } from '@wardline/client';
import { useWardline } from '@wardline/client/react';
import { useState } from 'react';
import { errorText } from '../../../shared/texts/error-text.js';
import type { Action } from '../call-rules.js';
import { noteOn } from './call-notes.js';
import { useApp, useDeptNames } from '../../context.js';
import { quiet, unquiet } from '../../alarm/quieted.js';
import { useOneAtATime } from '../../loading/use-one-at-a-time.js';
import { useTexts } from '../../texts.js';

export interface CallCommand {
  /** The one on its way. */
  readonly pending: Action | undefined;
  /** Nothing can be given: one is on its way, or its answer has only just changed the buttons. */
  readonly isBusy: boolean;
  readonly run: (action: Action, command: (client: Wardline) => Promise<CallView>) => Promise<boolean>;
}

/** Runs the commands of one call, one at a time, and keeps what to say when one is refused. */
export function useCallCommand(call: CallView): CallCommand {
  const client = useWardline();
  const texts = useTexts();
  const { user, say } = useApp();
  const names = useDeptNames(call.dept);
  const [pending, setPending] = useState<Action>();
  const { isSettling, enter, leaveSettled } = useOneAtATime();

  const refusal = (error: unknown): string => {
    if (!(error instanceof WardlineError)) return errorText(texts, error);
    const winner = error.details['call'];
    if (error.code === 'CALL_ALREADY_ACCEPTED') {
      const by = winner?.accepted_by ?? null;
      const name = by === null || by === user.id ? undefined : names.person(by);
      return name === undefined ? texts.t('race.accepted_unknown') : texts.t('race.accepted', { name });
    }
    if (error.code === 'CALL_CLOSED') return texts.t('race.closed');
    const why = `why.${String(error.details['reason'])}`;
    return error.code === 'FORBIDDEN' && texts.has(why) ? texts.t(why) : errorText(texts, error);
  };

  const run: CallCommand['run'] = async (action, command) => {
    if (!enter()) return false;
    setPending(action);
    noteOn(call.id, undefined);
    if (action === 'accept') quiet(call);
    try {
      await command(client);
      return true;
    } catch (error) {
      const text = refusal(error);
      const isRace = error instanceof WardlineError && error.code.startsWith('CALL_');
      if (action === 'accept' && !isRace) unquiet(call.id);
      noteOn(call.id, { text, isFault: !isRace });
      say(text);
      return false;
    } finally {
      setPending(undefined);
      leaveSettled();
    }
  };
  return { pending, isBusy: pending !== undefined || isSettling, run };
}
