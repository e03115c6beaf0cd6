import { type CallWithHistory, type Protocol, type Wardline, WardlineError } from '@wardline/client';
import { useWardline } from '@wardline/client/react';
import { useEffect } from 'react';
import { useApp } from '../context.js';
import { type Loaded, useLoaded } from '../loading/use-loaded.js';

/**
 * Calls `onOld` with each event of a call, and when the call is no longer among the open ones: a new picture without it says that
 * it closed, and no event does.
 * @returns its end
 */
export function watchCall<P extends Protocol>(client: Wardline<P>, dept: string, id: string, onOld: () => void): () => void {
  const department = client.department(dept);
  const isOpen = () => department.getSnapshot().calls.some((call) => call.id === id);
  let wasOpen = isOpen();
  const undos = [
    department.on('*', ({ data }) => {
      if ((data as { call_id?: string } | undefined)?.call_id === id) onOld();
    }),
    department.subscribe(() => {
      const isOpenNow = isOpen();
      if (wasOpen && !isOpenNow) onOld();
      wasOpen = isOpenNow;
    }),
  ];
  return () => {
    for (const undo of undos) undo();
  };
}

/** One call with its history, loaded again whenever it is old. */
export function useCall(id: string): Loaded<CallWithHistory> & { isGone: boolean } {
  const client = useWardline();
  const { dept } = useApp();
  const loaded = useLoaded(id, () => client.calls.get(id));
  const { value, error, reload } = loaded;
  const follow = value?.dept ?? dept;
  useEffect(() => watchCall(client, follow, id, reload), [client, id, follow, reload]);
  return { ...loaded, isGone: error instanceof WardlineError && error.status === 404 };
}
