import { StartRefused } from '../../platform/common/start-refused.js';
import { openConnection } from '../../platform/database/bounded-client.js';
import { connectionOptions } from '../../platform/database/connection-options.js';
import { historyOf, type MigrationHistory, WARDLINE_HISTORY } from '../../platform/database/migrations/migration-history.js';
import { migrationStatus, requireKnownSchema } from '../../platform/database/migrations/migrations.js';
import { requireOwnSessions } from '../../platform/database/access/own-sessions.js';
import { type ExcessPower, excessPowerOf } from '../../platform/database/access/role-check.js';
import type { Config } from '../../platform/config/config.js';
import type { HospitalDefinition } from '../../program/define-hospital.js';
import { reasonOf } from '../failure.js';
import type { Finding } from './finding.js';

const OLDEST_SERVER = 150_000;
const CHECK_TIMEOUT_MS = 10_000;
const CLOCK_TOLERANCE_MS = 2000;

/** The database that DATABASE_URL names: reachable, new enough, not behind a pooler, with a role that can do no more than it must. */
export async function checkDatabase({ database }: Config, hospital: HospitalDefinition | undefined): Promise<Finding[]> {
  const { DATABASE_URL: url, DATABASE_MIGRATION_URL: ownerUrl = url } = database;
  if (url === undefined || ownerUrl === undefined)
    return [{ check: 'database', state: 'ok', found: `embedded, in ${database.DATA_DIR}; Wardline starts it` }];
  try {
    const { version, skewMs } = await askServer(url);
    if (version < OLDEST_SERVER)
      return [
        {
          check: 'database',
          state: 'fail',
          found: `PostgreSQL ${String(Math.floor(version / 10_000))}`,
          advice: 'Use PostgreSQL 15 or newer',
        },
      ];
    await requireOwnSessions('DATABASE_URL', url);
    const findings: Finding[] = [
      { check: 'database', state: 'ok', found: `PostgreSQL ${String(Math.floor(version / 10_000))}, no pooler in the way` },
    ];
    findings.push(clockFinding(skewMs), ...(await schemaFindings(ownerUrl, url, hospital)));
    return findings;
  } catch (error) {
    return [{ check: 'database', state: 'fail', found: reasonOf(error), advice: 'Check DATABASE_URL, the server, and the way to it' }];
  }
}

async function askServer(url: string): Promise<{ version: number; skewMs: number }> {
  const client = await openConnection(connectionOptions(url, 'doctor', CHECK_TIMEOUT_MS));
  try {
    const before = Date.now();
    const { rows } = await client.query<{ version: number; now: Date }>(
      "SELECT current_setting('server_version_num')::int AS version, clock_timestamp() AS now",
    );
    const middle = (before + Date.now()) / 2;
    return { version: rows[0]?.version ?? 0, skewMs: (rows[0]?.now.getTime() ?? 0) - middle };
  } finally {
    await client.end();
  }
}

function clockFinding(skewMs: number): Finding {
  const found = `the database's clock is ${String(Math.round(skewMs))} ms from this machine's`;
  if (Math.abs(skewMs) <= CLOCK_TOLERANCE_MS) return { check: 'clock', state: 'ok', found };
  return { check: 'clock', state: 'warn', found, advice: 'Run an NTP client on both; calls go by the database’s clock' };
}

async function schemaFindings(ownerUrl: string, url: string, hospital: HospitalDefinition | undefined): Promise<Finding[]> {
  const histories = [WARDLINE_HISTORY, ...(hospital?.migrations ? [historyOf(hospital.name, hospital.migrations)] : [])];
  return [await schemaFinding(ownerUrl, histories), ...powerFindings(await excessPowerOf(url))];
}

async function schemaFinding(ownerUrl: string, histories: readonly MigrationHistory[]): Promise<Finding> {
  let missing = 0;
  for (const history of histories) {
    const refusal = await newerThanProgram(ownerUrl, history);
    if (refusal !== undefined)
      return { check: 'database', state: 'fail', found: refusal, advice: 'wardline migrate status lists what is unknown' };
    missing += (await migrationStatus(ownerUrl, history)).filter(({ isApplied }) => !isApplied).length;
  }
  if (missing === 0) return { check: 'database', state: 'ok', found: 'the schema is up to date' };
  return {
    check: 'database',
    state: 'warn',
    found: `${String(missing)} migrations are missing`,
    advice: 'Run wardline migrate up; a start does it too',
  };
}

/** The reason for which a start would be refused. */
async function newerThanProgram(ownerUrl: string, history: MigrationHistory): Promise<string | undefined> {
  try {
    await requireKnownSchema(ownerUrl, history);
    return undefined;
  } catch (error) {
    if (error instanceof StartRefused) return error.message;
    throw error;
  }
}

function powerFindings(power: ExcessPower | undefined): Finding[] {
  if (power === undefined) return [];
  return [
    {
      check: 'database',
      state: 'warn',
      found: power === 'superuser' ? 'the role is a superuser' : 'the role owns the audit and could change it',
      advice: 'Name the owner in DATABASE_MIGRATION_URL and a lesser role in DATABASE_URL',
    },
  ];
}
