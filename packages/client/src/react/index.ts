import { createContext, createElement, type ReactNode, useCallback, useContext, useRef, useState, useSyncExternalStore } from 'react';
import type { CallView, DepartmentState, Protocol, Status, Wardline, WardlineError, WardlineProtocol } from '../index.js';

const ClientContext = createContext<Wardline<Protocol> | undefined>(undefined);

/** Gives the components below it one client. */
export function WardlineProvider<P extends Protocol>({ client, children }: { client: Wardline<P>; children?: ReactNode }) {
  return createElement(ClientContext.Provider, { value: client as unknown as Wardline<Protocol> }, children);
}

/** The client of the nearest provider. @throws Error without one */
export function useWardline<P extends Protocol = WardlineProtocol>(): Wardline<P> {
  const client = useContext(ClientContext);
  if (!client) throw new Error('useWardline needs a <WardlineProvider> above it');
  return client as unknown as Wardline<P>;
}

/** A department's picture; followed for as long as a component shows it. */
export function useDepartment(id: string): DepartmentState {
  const department = useWardline().department(id);
  return useSyncExternalStore(department.subscribe, department.getSnapshot, department.getSnapshot);
}

/** One open call of a department; undefined once it is closed. */
export function useCall(dept: string, callId: string): CallView | undefined {
  const department = useWardline().department(dept);
  const find = useCallback(() => department.getSnapshot().calls.find(({ id }) => id === callId), [department, callId]);
  return useSyncExternalStore(department.subscribe, find, find);
}

/** The connection's status; `phase` other than `live` is what a screen shows as NOT LIVE. */
export function useStatus(): Status {
  const client = useWardline();
  const subscribe = useCallback((onChange: () => void) => client.on('status', onChange), [client]);
  const read = useCallback(() => client.status, [client]);
  return useSyncExternalStore(subscribe, read, read);
}

export interface CommandState<A extends unknown[], R> {
  /** Runs the command; undefined where it failed, and `error` says why. */
  run(...args: A): Promise<R | undefined>;
  readonly pending: boolean;
  readonly error: WardlineError | undefined;
}

/** A command with its state for a button: `useCommand((client) => client.calls.accept)`. */
export function useCommand<A extends unknown[], R>(select: (client: Wardline) => (...args: A) => Promise<R>): CommandState<A, R> {
  const client = useWardline();
  const latest = useRef(select);
  latest.current = select;
  const [state, setState] = useState<{ pending: number; error: WardlineError | undefined }>({ pending: 0, error: undefined });
  const run = useCallback(
    async (...args: A) => {
      setState(({ pending }) => ({ pending: pending + 1, error: undefined }));
      try {
        const result = await latest.current(client)(...args);
        setState(({ pending, error }) => ({ pending: pending - 1, error }));
        return result;
      } catch (error) {
        setState(({ pending }) => ({ pending: pending - 1, error: error as WardlineError }));
        return undefined;
      }
    },
    [client],
  );
  return { run, pending: state.pending > 0, error: state.error };
}
