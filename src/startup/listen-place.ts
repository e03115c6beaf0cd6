import type { Config } from '../platform/config/config.js';

/** Where to listen. */
export interface ListenPlace {
  readonly host: string;
  readonly port: number;
  /** Descriptor of a socket that is bound to that place already. */
  readonly fd?: number;
}

/** HOST, or what it is by default. */
export function listenHost({ http, database }: Config): string {
  return http.HOST ?? (database.DATABASE_URL === undefined ? '127.0.0.1' : '0.0.0.0');
}
