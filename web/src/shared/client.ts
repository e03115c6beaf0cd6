import { createClient, offlineQueue, type Wardline } from '@wardline/client';
import type { Language } from './texts/i18n.js';
import { ownStorage } from './preferences.js';
import { pageTransports } from './transports.js';

/** The client of a person's screen. */
export function createScreenClient(language: Language): Wardline {
  const storage = ownStorage();
  return createClient({ transports: pageTransports(), ...(storage && { queue: offlineQueue(storage) }), locale: language });
}
