import type { Config } from '../platform/config/config.js';

/** The host and port to listen on. */
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
