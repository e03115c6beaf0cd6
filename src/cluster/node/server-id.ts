import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** The injection token of this node's name, unique in the cluster. */
export const SERVER_ID = Symbol('server id');

export function makeServerId(): string {
  return `${hostname()}:${String(process.pid)}:${randomBytes(4).toString('hex')}`;
}
