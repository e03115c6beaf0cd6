import { createContext, useContext } from 'react';
import { useTexts } from './texts.js';

/** The time zone of the hospital; the device's until it is known. */
export const Zone = createContext<string | undefined>(undefined);

const TIME: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

/** Times as the clocks on the ward show them. */
export function useWardTime(): (at: number, options?: Intl.DateTimeFormatOptions) => string {
  const texts = useTexts();
  const zone = useContext(Zone);
  return (at, options = TIME) => texts.moment(at, { ...options, ...(zone !== undefined && { timeZone: zone }) });
}
