import type { DepartmentState } from '@wardline/client';
import { useWardline } from '@wardline/client/react';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { Rank, SoundState } from '../../shared/sound.js';
import { useApp, meIn } from '../context.js';
import { noteOn } from '../calls/card/call-notes.js';
import { rings } from '../calls/call-rules.js';
import { isQuiet, useQuieted } from './quieted.js';
import { useTexts } from '../texts.js';

export function useSoundState(): SoundState {
  const { alarm } = useApp();
  return useSyncExternalStore(alarm.subscribe, alarm.getState);
}

/** Sounds for the most urgent call that asks this person, and for the two reminders that concern a call they hold. */
export function useAlarm(pictures: ReadonlyMap<string, DepartmentState>): void {
  const { user, directories, alarm, say } = useApp();
  const client = useWardline();
  const texts = useTexts();
  const quieted = useQuieted();
  useSyncExternalStore(directories.subscribe, () => directories);
  const ringing = [...pictures].flatMap(([dept, picture]) => {
    const names = directories.names(dept);
    const me = meIn(user, picture);
    return picture.calls.flatMap((call) => {
      const rank = names.rank(call);
      return rings(me, call, rank) && !isQuiet(quieted, call) ? [{ call, rank, names }] : [];
    });
  });
  const highest = ringing.reduce<Rank | undefined>((top, { rank }) => (top === undefined || rank > top ? rank : top), undefined);
  useEffect(() => {
    alarm.ring(highest);
  }, [alarm, highest]);

  const known = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const fresh = ringing.filter(({ call }) => !known.current.has(call.id));
    known.current = new Set(ringing.map(({ call }) => call.id));
    const titles = fresh.map(({ call, names }) => names.title(call, texts.language));
    if (titles.length > 0) say(texts.t('calls.asks_you', { call: titles.join('; ') }));
  });

  const depts = [...pictures.keys()].join();
  useEffect(() => {
    const undos = depts.split(',').flatMap((dept) => {
      const department = client.department(dept);
      return [
        department.on('call.repeated', ({ data: { call } }) => {
          if (call.accepted_by === user.id) alarm.test(directories.names(dept).rank(call));
        }),
        department.on('call.attendance_due', ({ data: { call, staff_ids = [] } }) => {
          if (!staff_ids.includes(user.id)) return;
          alarm.test(1);
          noteOn(call.id, { text: texts.t('card.attendance'), isFault: false });
        }),
      ];
    });
    return () => {
      for (const undo of undos) undo();
    };
  }, [client, depts, alarm, directories, user.id, texts]);
}
