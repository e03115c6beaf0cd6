import type { Session, Wardline } from '@wardline/client';
import { remembered } from '../../shared/preferences.js';
import type { App } from '../context.js';
import type { Directories } from '../directory.js';

export type Start = Pick<App, 'user' | 'departments'>;

/**
 * The session and its departments. Neither waits for the other, and the picture of the department that comes first is on its way
 * as soon as the session says which one that is.
 * @param session where it is known
 * @returns undefined where a new password comes first
 */
export async function readStart(client: Wardline, directories: Directories, session?: Session): Promise<Start | undefined> {
  const departments = client.directory.departments();
  // A refusal of the session says the same.
  departments.catch(() => undefined);
  const { user, capabilities, password_change_required } = session ?? (await client.session());
  if (password_change_required) return undefined;
  const own = user.departments.find((id) => id === remembered('dept')) ?? user.departments[0];
  if (own !== undefined) directories.names(own);
  return { user: { ...user, capabilities }, departments: (await departments).items };
}
