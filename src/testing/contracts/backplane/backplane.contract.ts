import type { It } from '../support/test-runner.js';
import { backplaneChecks, type BackplaneSubject } from './backplane-check.js';
import { checkMessages } from './messages.js';
import { checkOwners } from './owners.js';
import { checkRooms } from './rooms.js';
import { checkServers } from './servers.js';

/** The promise of `Backplane`; call it inside a `describe`. One check takes up to 20 s. */
export function backplaneContract(it: It, subject: () => BackplaneSubject): void {
  const check = backplaneChecks(it, subject);
  checkServers(check);
  checkOwners(check);
  checkRooms(check);
  checkMessages(check);
}
