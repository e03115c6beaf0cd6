import pg from 'pg';
import { DataSource } from 'typeorm';
import { connectionOptions } from '../../../src/platform/database/connection-options.js';
import { GuardedPool } from '../../../src/platform/database/pools.js';
import { ENTITIES } from '../../../src/startup/entities.js';
import { stationKeyHash } from '../../../src/ward/stations/station-keys.js';

/** A row for each of the directory's tables, parents first. */
export function sampleRows(staffId: string): [string, Record<string, unknown>][] {
  return [
    ['departments', { id: 'er', name: 'ER', retiredAt: null }],
    ['rooms', { id: 'er-1', dept: 'er', name: 'Room 1', retiredAt: null }],
    ['beds', { id: 'er-1-a', roomId: 'er-1', name: 'A', retiredAt: null }],
    [
      'stations',
      {
        id: 'er-1-bed',
        roomId: 'er-1',
        bedId: 'er-1-a',
        kind: 'bedside',
        name: 'Bed A',
        keyHash: stationKeyHash('key'),
        lastSeenAt: null,
        retiredAt: null,
      },
    ],
    ['staff', { id: staffId, username: 'nora', name: 'Nora', role: 'nurse', passwordHash: 'x', active: true }],
    ['memberships', { staffId, dept: 'er' }],
    ['call_types', { id: 'drip_empty', rank: 1, dispatch: 'assigned', cancelPolicy: 'present', retiredAt: null }],
  ];
}

/** A data source with every entity of Wardline's. */
export function openDirectory(url: string): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    url,
    entities: [...ENTITIES],
    synchronize: false,
    driver: { ...pg, Pool: GuardedPool },
    extra: { ...connectionOptions(url, 'directory'), max: 2 },
  });
  return source.initialize();
}
