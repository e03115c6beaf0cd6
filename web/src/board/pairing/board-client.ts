import { createClient, type Wardline } from '@wardline/client';
import type { Language } from '../../shared/texts/i18n.js';
import { pageTransports } from '../../shared/transports.js';

/** The device that this browser is. */
export interface Board {
  readonly id: string;
  readonly name: string;
  readonly departments: readonly string[];
}

const SESSION = '/api/v1/auth/session';
const SELF = '/api/v1/boards/self';

/** A board has no person's session: whoever looks for one gets the board itself. */
function asBoard(address: string): string {
  const url = new URL(address, location.origin);
  if (url.pathname === SESSION) url.pathname = SELF;
  url.searchParams.set('as', 'board');
  return url.href;
}

const fetchAsBoard: typeof fetch = (input, init) => fetch(asBoard(input instanceof Request ? input.url : String(input)), init);

class BoardSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(`${url}?as=board`, protocols);
  }
}

/** A client that reads as the device, whoever is signed in with the same browser. */
export function createBoardClient(language: Language): Wardline {
  return createClient({ transports: pageTransports(), fetch: fetchAsBoard, WebSocket: BoardSocket, locale: language });
}

/** @throws WardlineError with status 401 where this browser is no board */
export async function readBoard(client: Wardline): Promise<Board> {
  return (await client.request('GET', '/boards/self')) as Board;
}

/** @throws WardlineError INVALID_CREDENTIALS, RATE_LIMITED */
export async function exchangeCode(client: Wardline, code: string): Promise<Board> {
  return (await client.request('POST', '/boards/exchange', { body: { code } })) as Board;
}
