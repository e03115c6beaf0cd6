import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import pg from 'pg';
import { Logger } from './logging/logger.js';
import { ConnectionRetired } from './database/bounded-client.js';
import { Database, DATABASE_URL } from './database/database.js';
import { PgNotifier } from './database/notify/pg-notifier.js';
import { connectionOptions } from './database/connection-options.js';
import { GuardedPool } from './database/pools.js';
import { Transactions } from './database/transactions.js';

const DIRECTORY_POOL_SIZE = 4;

/** One PostgreSQL behind pools for hot paths and a TypeORM data source for the directory and its administration. */
@Module({})
export class DatabaseModule {
  /** @param entities Wardline's and those of the hospital's own program */
  static connect(url: string, entities: readonly (abstract new (...args: never[]) => object)[] = []): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [Logger],
          useFactory: (logger: Logger) => ({
            type: 'postgres' as const,
            url,
            autoLoadEntities: true,
            entities: [...entities] as (new () => object)[],
            synchronize: false,
            migrationsRun: false,
            retryAttempts: 0,
            driver: { ...pg, Pool: GuardedPool },
            extra: { ...connectionOptions(url, 'directory'), max: DIRECTORY_POOL_SIZE },
            poolErrorHandler: (error: unknown) => {
              logger[error instanceof ConnectionRetired ? 'debug' : 'warn']('database.connection_lost', { pool: 'directory', error });
            },
          }),
        }),
      ],
      providers: [{ provide: DATABASE_URL, useValue: url }, Database, Transactions, PgNotifier],
      exports: [Database, Transactions, PgNotifier, DATABASE_URL],
    };
  }
}
