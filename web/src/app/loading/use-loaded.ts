import { useWardline } from '@wardline/client/react';
import { useCallback, useEffect, useState } from 'react';
import { onLive } from '../../shared/on-live.js';

export interface Loaded<T> {
  /** The newest answer for the key; it stays while it is asked for again, and when that fails. */
  readonly value: T | undefined;
  /** The failure of the last try; undefined where it succeeded. */
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** An answer of the server: asked for at first, for each other `key`, on each return to `live`, and by `reload`. */
export function useLoaded<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const client = useWardline();
  const [answer, setAnswer] = useState<{ key: string; value: T }>();
  const [failure, setFailure] = useState<{ key: string; error: unknown }>();
  const [isLoading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isOver = false;
    setLoading(true);
    load()
      .then(
        (value) => {
          if (isOver) return;
          setFailure(undefined);
          setAnswer({ key, value });
        },
        (error: unknown) => {
          if (!isOver) setFailure({ key, error });
        },
      )
      .finally(() => {
        if (!isOver) setLoading(false);
      });
    return () => {
      isOver = true;
    };
    // `load` is made anew with each rendering; the key is what it depends on.
  }, [key, round]);
  const reload = useCallback(() => {
    setRound((n) => n + 1);
  }, []);
  useEffect(() => onLive(client, reload), [client, reload]);
  return {
    value: answer?.key === key ? answer.value : undefined,
    error: failure?.key === key ? failure.error : undefined,
    isLoading,
    reload,
  };
}
