import type { CallView, DepartmentState, StaffView, Wardline } from '@wardline/client';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { onLive } from '../shared/on-live.js';
import { untilDone } from '../shared/until-done.js';

export type Directory = Awaited<ReturnType<Wardline['directory']['get']>>;

/** A department as the board shows it. */
export interface ShownDepartment {
  readonly id: string;
  readonly calls: readonly CallView[];
  readonly staff: readonly StaffView[];
  /** False until the first picture has come: nothing is known, not even that nothing is open. */
  readonly isKnown: boolean;
}

/** Pictures of several departments, each followed for as long as it is shown. */
export function useDepartments(client: Wardline, ids: readonly string[]): readonly ShownDepartment[] {
  const store = useMemo(() => {
    const departments = ids.map((id) => client.department(id));
    let before: readonly DepartmentState[] = [];
    let shown: readonly ShownDepartment[] = [];
    return {
      subscribe: (onChange: () => void) => {
        const undo = departments.map((department) => department.subscribe(onChange));
        return () => {
          for (const one of undo) one();
        };
      },
      read: () => {
        const now = departments.map((department) => department.getSnapshot());
        if (now.length !== before.length || now.some((state, at) => state !== before[at])) {
          before = now;
          shown = now.map(({ calls, staff, epoch }, at) => ({ id: ids[at] ?? '', calls, staff, isKnown: epoch !== '' }));
        }
        return shown;
      },
    };
  }, [client, ids]);
  return useSyncExternalStore(store.subscribe, store.read);
}

/** Names of rooms, beds and types, read again when they change, and after each reconnect. Until then ids are shown. */
export function useDirectories(client: Wardline, ids: readonly string[]): ReadonlyMap<string, Directory> {
  const [directories, setDirectories] = useState<ReadonlyMap<string, Directory>>(new Map());
  useEffect(() => {
    let ended = false;
    const reads = ids.map((id) =>
      untilDone(async () => {
        const directory = await client.directory.get(id);
        if (!ended) setDirectories((before) => new Map(before).set(id, directory));
      }),
    );
    const undo = ids.map((id, at) => client.department(id).on('directory.changed', () => reads[at]?.again()));
    undo.push(
      onLive(client, () => {
        for (const read of reads) read.again();
      }),
    );
    return () => {
      ended = true;
      for (const one of undo) one();
      for (const read of reads) read.stop();
    };
  }, [client, ids]);
  return directories;
}
