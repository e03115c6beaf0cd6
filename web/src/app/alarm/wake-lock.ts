import { useEffect } from 'react';
import { stayAwake } from '../../shared/stay-awake.js';

/** Keeps the screen awake on duty. */
export function useWakeLock(isOnDuty: boolean): void {
  useEffect(() => (isOnDuty ? stayAwake() : undefined), [isOnDuty]);
}
