import { Injectable } from '@nestjs/common';
import type { StationPrincipal } from '../../identity/access/principal.js';
import { createBatchLoader } from '../../platform/common/collections/batch-loader.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { type Transaction, Transactions } from '../../platform/database/transactions.js';
import { stationTypes } from './station-types.js';
import { stationKeyHash } from './station-keys.js';

const findByKeys = statement(
  'find_stations_by_keys',
  `SELECT encode(s.key_hash, 'hex') AS "keyHash", s.id, r.dept_id AS dept, s.room_id AS "roomId", s.bed_id AS "bedId",
     ${stationTypes('s')} AS types
   FROM stations s JOIN rooms r ON r.id = s.room_id JOIN departments d ON d.id = r.dept_id
   WHERE s.key_hash = ANY($1) AND s.retired_at IS NULL AND r.retired_at IS NULL AND d.retired_at IS NULL`,
);
const describe = statement(
  'describe_station',
  `SELECT s.id, r.dept_id AS dept, s.room_id, s.bed_id, s.kind, s.name, ${stationTypes('s')} AS types,
     iso(s.last_seen_at) AS last_seen_at, iso(app_now()) AS server_time
   FROM stations s JOIN rooms r ON r.id = s.room_id WHERE s.id = $1`,
);
const SEEN = 'UPDATE stations SET last_seen_at = app_now() WHERE id = $1';
/** The usual case, one statement. A supervisor that is just about to call the station stale is waited for, and then seen. */
const seen = statement('station_seen', `${SEEN} AND stale_since IS NULL RETURNING iso(last_seen_at) AS last_seen_at`);
const seenAgain = statement('station_seen_again', `${SEEN} RETURNING iso(last_seen_at) AS last_seen_at`);

type Heard = Record<'last_seen_at', string>;

/** A station as it sees itself. */
export interface StationView {
  id: string;
  dept: string;
  room_id: string;
  bed_id: string | null;
  kind: string;
  name: string;
  /** The types of call that it may raise. */
  types: string[];
  last_seen_at: string | null;
  server_time: string;
}

/** Called when a stale station is heard again, and before a station, stale or not, is retired. */
export interface StationSupervisor {
  heardAgain(tx: Transaction, stationId: string): Promise<void>;
  retires(tx: Transaction, stationId: string): Promise<void>;
}

/** Stations as callers. */
@Injectable()
export class StationsService {
  private supervisor: StationSupervisor | undefined;
  private readonly findByHash: (hash: Buffer) => Promise<StationPrincipal | undefined>;

  constructor(
    private readonly database: Database,
    private readonly transactions: Transactions,
  ) {
    this.findByHash = createBatchLoader((hashes) => this.read(hashes));
  }

  /** To be called while modules are initialised. */
  superviseWith(supervisor: StationSupervisor): void {
    this.supervisor = supervisor;
  }

  findByKey(key: string): Promise<StationPrincipal | undefined> {
    return this.findByHash(stationKeyHash(key));
  }

  async describe(id: string): Promise<StationView | undefined> {
    const rows = await this.database.query<StationView & Record<string, unknown>>(describe, [id]);
    return rows[0];
  }

  /** @returns when the station was heard, by the server's clock */
  async heartbeat(id: string): Promise<string> {
    const [heard] = await this.database.query<Heard>(seen, [id]);
    return (heard ?? (await this.transactions.run((tx) => this.comeBack(tx, id)))).last_seen_at;
  }

  /** Before its row is changed: its silence is no fault any more. */
  async retires(tx: Transaction, id: string): Promise<void> {
    await this.supervisor?.retires(tx, id);
  }

  /** A thousand wrong keys at once are a few queries, and no press waits behind them. */
  private async read(hashes: readonly Buffer[]): Promise<(StationPrincipal | undefined)[]> {
    const rows = await this.database.query<Omit<StationPrincipal, 'kind'> & { keyHash: string }>(findByKeys, [hashes], 'presses');
    const byHash = new Map(rows.map(({ keyHash, ...station }) => [keyHash, station]));
    return hashes.map((hash) => {
      const station = byHash.get(hash.toString('hex'));
      return station && { kind: 'station', ...station };
    });
  }

  private async comeBack(tx: Transaction, id: string): Promise<Heard> {
    await this.supervisor?.heardAgain(tx, id);
    const heard = await tx.one<Heard>(seenAgain, [id]);
    if (!heard) throw new Error('an authenticated station has no row');
    return heard;
  }
}
