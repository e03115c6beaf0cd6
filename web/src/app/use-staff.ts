import type { Member } from '@wardline/client';
import { useWardline } from '@wardline/client/react';
import { useEffect, useState } from 'react';
import { errorText } from '../shared/texts/error-text.js';
import { useTexts } from './texts.js';

/** Several events that come together are one look. */
const GATHER_MS = 300;
const CONCERNED = /^(nurse|call|room)\./;

/** A list of the server that events make old: loaded at first, and again after each event that concerns it. */
export function useReloaded<T>(dept: string, load: () => Promise<T>) {
  const client = useWardline();
  const texts = useTexts();
  const [items, setItems] = useState<T>();
  const [fault, setFault] = useState<string>();
  const [round, setRound] = useState(0);

  useEffect(() => {
    let isOver = false;
    load().then(
      (next) => {
        if (isOver) return;
        setFault(undefined);
        setItems(next);
      },
      (error: unknown) => {
        if (!isOver) setFault(errorText(texts, error));
      },
    );
    return () => {
      isOver = true;
    };
    // `load` is made anew with each rendering; the department is what it depends on.
  }, [dept, round, texts]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const undo = client.department(dept).on('*', ({ type }) => {
      if (!CONCERNED.test(type)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        setRound((n) => n + 1);
      }, GATHER_MS);
    });
    return () => {
      clearTimeout(timer);
      undo();
    };
  }, [client, dept]);
  const reload = () => {
    setRound((n) => n + 1);
  };
  return { items, fault, reload };
}

/** The people of a department, as the server has them now. */
export function useStaff(dept: string): { members: readonly Member[] | undefined; fault: string | undefined; reload: () => void } {
  const client = useWardline();
  const { items, fault, reload } = useReloaded(dept, async () => (await client.staffing.staff(dept)).items);
  return { members: items, fault, reload };
}
