import type { Member } from '@wardline/client';
import { useWardline } from '@wardline/client/react';
import { useEffect } from 'react';
import { errorText } from '../../shared/texts/error-text.js';
import { useTexts } from '../texts.js';
import { useLoaded } from './use-loaded.js';

/** Several events that come together are one look. */
const GATHER_MS = 300;
const CONCERNED = /^(nurse|call|room)\./;

/** A list of a department that events make old: loaded again after each event that concerns it. */
export function useReloaded<T>(dept: string, load: () => Promise<T>) {
  const client = useWardline();
  const texts = useTexts();
  const { value, error, reload } = useLoaded(dept, load);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const undo = client.department(dept).on('*', ({ type }) => {
      if (!CONCERNED.test(type)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        reload();
      }, GATHER_MS);
    });
    return () => {
      clearTimeout(timer);
      undo();
    };
  }, [client, dept, reload]);
  return { items: value, fault: error === undefined ? undefined : errorText(texts, error), reload };
}

/** The people of a department, as the server has them now. */
export function useStaff(dept: string): { members: readonly Member[] | undefined; fault: string | undefined; reload: () => void } {
  const client = useWardline();
  const { items, fault, reload } = useReloaded(dept, async () => (await client.staffing.staff(dept)).items);
  return { members: items, fault, reload };
}
