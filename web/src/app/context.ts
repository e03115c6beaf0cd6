import type { CallView, DepartmentState, RouteAnswer, Session, Wardline } from '@wardline/client';
import { useWardline } from '@wardline/client/react';
import { createContext, useCallback, useContext, useRef, useSyncExternalStore } from 'react';
import type { Alarm } from '../shared/sound.js';
import type { Me } from './calls/call-rules.js';
import { type Directories, type Names, useNames } from './directory.js';
import type { SessionEnd } from './session/session-end.js';

type Department = RouteAnswer<'GET /departments'>['items'][number];

/** The state that the whole app shares. */
/** The signed-in person, with what their role permits. */
export type AppUser = Session['user'] & Pick<Session, 'capabilities'>;

export interface App {
  readonly user: AppUser;
  readonly departments: readonly Department[];
  readonly dept: string;
  readonly chooseDept: (dept: string) => void;
  readonly directories: Directories;
  readonly alarm: Alarm;
  readonly sessionEnd: SessionEnd;
  /** A sentence for screen readers; eyes see it elsewhere. */
  readonly say: (text: string) => void;
}

const Context = createContext<App | undefined>(undefined);
export const AppProvider = Context.Provider;

export function useApp(): App {
  const app = useContext(Context);
  if (!app) throw new Error('useApp needs an <AppProvider> above it');
  return app;
}

export function useDeptNames(dept: string): Names {
  return useNames(useApp().directories, dept);
}

export function meIn(user: AppUser, { staff }: Pick<DepartmentState, 'staff'>): Me {
  return { id: user.id, capabilities: user.capabilities, isOnDuty: staff.some(({ staff_id }) => staff_id === user.id) };
}

/** An administrator is asked in all departments; a screen follows so many of them. */
const MAX_FOLLOWED = 20;

/** Departments that this person is asked in, and the one that is chosen. */
export function useFollowed(): readonly string[] {
  const { user, departments, dept } = useApp();
  const isAsked = ({ id }: { id: string }) => user.role === 'admin' || user.departments.includes(id);
  const own = departments
    .filter(isAsked)
    .map(({ id }) => id)
    .slice(0, MAX_FOLLOWED);
  return own.includes(dept) ? own : [...own, dept];
}

/** The name of a department, where this person follows several; undefined where it goes without saying. */
export function useDeptLabel(dept: string): string | undefined {
  const { departments } = useApp();
  return useFollowed().length > 1 ? (departments.find(({ id }) => id === dept)?.name ?? dept) : undefined;
}

type Pictures = ReadonlyMap<string, DepartmentState>;

/** The pictures of several departments, followed while a component shows them. The same object until one of them changes. */
export function usePictures(depts: readonly string[]): Pictures {
  const client = useWardline();
  const key = depts.join();
  const kept = useRef<Pictures>(new Map());
  const subscribe = useCallback(
    (onChange: () => void) => {
      const undos = key.split(',').map((dept) => client.department(dept).subscribe(onChange));
      return () => {
        for (const undo of undos) undo();
      };
    },
    [client, key],
  );
  const read = useCallback(() => {
    const ids = key.split(',');
    const isSame = kept.current.size === ids.length && ids.every((dept) => kept.current.get(dept) === pictureOf(client, dept));
    if (!isSame) kept.current = new Map(ids.map((dept) => [dept, pictureOf(client, dept)]));
    return kept.current;
  }, [client, key]);
  return useSyncExternalStore(subscribe, read);
}

function pictureOf(client: Wardline, dept: string): DepartmentState {
  return client.department(dept).getSnapshot();
}

/** Priority, then oldest. */
export function byUrgency(a: CallView, b: CallView): number {
  return b.priority - a.priority || a.placed_at.localeCompare(b.placed_at) || a.id.localeCompare(b.id);
}
