import { Injectable, type OnModuleInit } from '@nestjs/common';
import { actorOf, type GuestActor, type StaffPrincipal, type StationPrincipal } from '../../identity/access/principal.js';
import {
  type CommandIdentity,
  type CommandRoute,
  type CommandSteps,
  IdempotentCommands,
} from '../../platform/idempotency/idempotent-commands.js';
import { KeyedPlaces } from '../../platform/common/collections/keyed-places.js';
import type { Precedence } from '../../platform/common/collections/precedence-turns.js';
import { COMMAND_PATIENCE_MS } from '../../platform/common/collections/shedding-queue.js';
import { createBatchLoader } from '../../platform/common/collections/batch-loader.js';
import { Database } from '../../platform/database/database.js';
import { poolSize } from '../../platform/database/pools.js';
import { statement } from '../../platform/database/statement.js';
import { OverloadReporter } from '../../platform/limits/overload-reporter.js';
import { OutageWatch } from '../../platform/scheduling/outage-watch.js';
import type { CallView } from './call.js';
import { CallsRepository } from './calls.repository.js';

/**
 * Connections of this node that one call, and one department, may have at a time. A transaction that waits for a locked row
 * holds a connection. A row that stays locked takes these few, and the rest of the pool serves the other departments.
 */
const OF_A_CALL = 2;
const OF_A_DEPARTMENT = 4;
/** The connections of their pool: who waits for one waits here, where presses come first. */
const OF_ALL = poolSize('presses');
const MAX_WAITING = 500;
const MAX_WAITING_OF_ALL = 2000;
const MAX_KNOWN = 10_000;

const findDepartments = statement(
  'departments_of_calls',
  `SELECT id::text AS key, dept_id AS dept FROM calls WHERE id = ANY($1::uuid[])
   UNION ALL SELECT 'room:' || id, dept_id FROM rooms WHERE id = ANY($2)`,
);

const ROOM = 'room:';
const ALL = 'all';

/** A command of calls: who gives it, under which key, what makes it the same command, and what it does. */
export interface CallCommandRun<T, L> extends CommandSteps<T, L> {
  readonly by: StaffPrincipal | StationPrincipal | GuestActor;
  readonly key: string | undefined;
  readonly identity: CommandIdentity;
}

/**
 * Runs presses and the commands of calls, once per key: in a pool of their own, and no more of it for a call, a room or a department than its share.
 * Presses come before the commands of calls that wait.
 * @throws as `IdempotentCommands.run`
 */
@Injectable()
export class CallLanes implements OnModuleInit {
  private readonly rows: KeyedPlaces;
  private readonly departments: KeyedPlaces;
  private readonly all: KeyedPlaces;
  /**
   * Departments of calls and rooms, the longest known first. Rooms do not move between departments; if one did, the wrong
   * share would be used, nothing else.
   */
  private readonly known = new Map<string, string>();
  private readonly find: (key: string) => Promise<string | undefined>;

  constructor(
    private readonly commands: IdempotentCommands,
    private readonly calls: CallsRepository,
    private readonly database: Database,
    private readonly outage: OutageWatch,
    overload: OverloadReporter,
  ) {
    const waits = { maxWaiting: MAX_WAITING, patienceMs: COMMAND_PATIENCE_MS, onShed: overload.shed };
    this.rows = new KeyedPlaces({ ...waits, places: OF_A_CALL });
    this.departments = new KeyedPlaces({ ...waits, places: OF_A_DEPARTMENT });
    this.all = new KeyedPlaces({ ...waits, places: OF_ALL, maxWaiting: MAX_WAITING_OF_ALL });
    this.find = createBatchLoader((keys) => this.read(keys));
  }

  onModuleInit(): void {
    this.commands.showCallsBy((tx, id) => this.calls.view(tx, id));
  }

  /** A command on a call that was placed. */
  async onCall<T extends CallView, L>(callId: string, { by, key, identity, ...steps }: CallCommandRun<T, L>): Promise<T> {
    const route = this.route(callId, 'second', () => (by.kind === 'station' ? Promise.resolve(by.dept) : this.departmentOf(callId)));
    await this.outageIsSettled();
    return this.commands.run(actorOf(by), key, identity, steps, route);
  }

  /** A press in a room. */
  async inRoom<T extends { call: CallView }, L>(roomId: string, { by, key, identity, ...steps }: CallCommandRun<T, L>): Promise<T> {
    const row = ROOM + roomId;
    const route = this.route(row, 'first', () => (by.kind === 'station' ? Promise.resolve(by.dept) : this.departmentOf(row)));
    await this.outageIsSettled();
    const raised = await this.commands.run(actorOf(by), key, identity, steps, route);
    this.learn(raised.call.id, raised.call.dept);
    return raised;
  }

  /** Lets the first press after an outage find the people who were there all along. While the outage goes on, the command says so itself. */
  private async outageIsSettled(): Promise<void> {
    await this.outage.settled().catch(() => undefined);
  }

  private route(row: string, precedence: Precedence, department: () => Promise<string>): CommandRoute {
    return {
      pool: 'presses',
      within: async (work) => {
        const until = performance.now() + COMMAND_PATIENCE_MS;
        const dept = await department();
        const ofAll = () => this.all.run(ALL, work, precedence, until);
        return this.rows.run(row, () => this.departments.run(dept, ofAll, precedence, until), precedence, until);
      },
    };
  }

  private learn(key: string, dept: string): void {
    this.known.delete(key);
    this.known.set(key, dept);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= MAX_KNOWN) return;
      this.known.delete(oldest);
    }
  }

  /** The row itself when it does not exist: the command will say so. */
  private async departmentOf(key: string): Promise<string> {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const dept = await this.find(key);
    if (dept !== undefined) this.learn(key, dept);
    return dept ?? key;
  }

  private async read(keys: readonly string[]): Promise<(string | undefined)[]> {
    const calls = keys.filter((key) => !key.startsWith(ROOM));
    const rooms = keys.filter((key) => key.startsWith(ROOM)).map((key) => key.slice(ROOM.length));
    const rows = await this.database.query<{ key: string; dept: string }>(findDepartments, [calls, rooms], 'presses');
    const found = new Map(rows.map(({ key, dept }) => [key, dept]));
    return keys.map((key) => found.get(key));
  }
}
