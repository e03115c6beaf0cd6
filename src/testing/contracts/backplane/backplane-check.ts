import { equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Backplane } from '../../../cluster/ports/backplane.js';
import type { Owner } from '../../../cluster/ports/owner-store.js';
import type { ServerRow } from '../../../cluster/ports/server-store.js';
import type { It } from '../support/test-runner.js';

/** The parts that an implementer brings, so that the contract can be checked. */
export interface BackplaneSubject {
  /** A world of its own for each check: node by node, the backplanes that share it. */
  newWorld: () => Promise<(serverId: string) => Promise<Backplane>>;
}

/** The backplanes of nodes with these ids, started, in one world. */
type Nodes = <const T extends string[]>(...ids: T) => Promise<{ [K in keyof T]: Backplane }>;

/** One check, with nodes that are stopped after it. */
export type BackplaneCheck = (name: string, check: (nodes: Nodes) => Promise<void>) => void;

/** A heartbeat. */
export const ROW: ServerRow = { state: 'running', version: '1.2.3', startedAt: 1_700_000_000_000, connections: 3 };

export function owner(userId: string, connectionId: string = randomUUID()): Owner {
  return { userId, connectionId, nonce: randomUUID() };
}

export function backplaneChecks(it: It, subject: () => BackplaneSubject): BackplaneCheck {
  return (name, check) => {
    it(name, async () => {
      const make = await subject().newWorld();
      const open: Backplane[] = [];
      const nodes = async (...ids: string[]): Promise<Backplane[]> => {
        const made: Backplane[] = [];
        for (const id of ids) {
          const backplane = await make(id);
          made.push(backplane);
          open.push(backplane);
          await backplane.start();
          equal(backplane.isUp, true, `${id} is not up after its start`);
        }
        return made;
      };
      try {
        await check(nodes as Nodes);
      } finally {
        for (const backplane of open) await backplane.stop();
      }
    });
  };
}
