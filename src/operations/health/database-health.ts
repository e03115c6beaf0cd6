import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { Database } from '../../platform/database/database.js';
import { takesNoWrites } from '../../platform/database/database-error.js';
import type { GuardedPool } from '../../platform/database/pools.js';
import { statement } from '../../platform/database/statement.js';
import { inTime } from './in-time.js';
import { SharedLook } from './shared-look.js';

/** A pool that gave an answer within this time is not asked. */
const LATELY_MS = 1000;

const ping = statement('ping', 'SELECT 1');
/** A write that takes no lock and waits for no disk; refused wherever writes are. */
const writeProbe = statement('write_probe', "SELECT nextval('write_probe')");

export interface DatabaseCondition {
  readonly answers: boolean;
  /** False also while writes of the ward are refused: a disk can be full for some and not for others. */
  readonly takesWrites: boolean;
  /** Names of pools on which no answer comes. */
  readonly silentPools: readonly string[];
}

/** The condition of the database, as this node's connections show it. */
@Injectable()
export class DatabaseHealth {
  private readonly shared = new SharedLook(() => this.look(), 0);

  constructor(
    private readonly database: Database,
    private readonly directory: DataSource,
  ) {}

  /** Takes 1.5 s at most, and never rejects. */
  condition(): Promise<DatabaseCondition> {
    return this.shared.get();
  }

  /** A hospital's own work may hold all connections of its pool: the ward does not wait for it. */
  private async look(): Promise<DatabaseCondition> {
    const pools = [
      ...this.database.named().filter(([name]) => name !== 'extensions'),
      ['directory', (this.directory.driver as PostgresDriver).master as GuardedPool] as const,
    ];
    const [write, ...heard] = await Promise.all([this.tryWrite(), ...pools.map(([, pool]) => this.isHeard(pool))]);
    return {
      answers: write !== 'silent',
      takesWrites: write === 'taken' && !this.database.isRefusingWrites,
      silentPools: pools.flatMap(([name], place) => (heard[place] === true ? [] : [name])),
    };
  }

  /** A refusal that is not about writing (the sequence is not there yet, or not granted) is the migrations' to report. */
  private async tryWrite(): Promise<'taken' | 'refused' | 'silent'> {
    try {
      await inTime(this.database.pool('probes').query(writeProbe));
      return 'taken';
    } catch (error) {
      if (takesNoWrites(error)) return 'refused';
      return error instanceof pg.DatabaseError && error.code?.startsWith('42') === true ? 'taken' : 'silent';
    }
  }

  private async isHeard(pool: GuardedPool): Promise<boolean> {
    if (pool.silenceMs < LATELY_MS) return true;
    try {
      await inTime(pool.query(ping));
      return true;
    } catch {
      return false;
    }
  }
}
