import { z } from 'zod';
import { integer, optionalBoolean, optionalUrl, text } from './setting.js';

const postgres = ['postgres:', 'postgresql:'];

/** The settings of the database. */
export const databaseSettings = z.object({
  DATABASE_URL: optionalUrl(
    postgres,
    { doc: 'PostgreSQL 15 or newer.', defaultNote: 'none: the embedded database under DATA_DIR', secret: true },
    'postgresql://wardline_app:secret@db.example.org/wardline',
  ),
  DATABASE_MIGRATION_URL: optionalUrl(
    postgres,
    {
      doc: "The owner's connection, for migrations only, so that DATABASE_URL can name a lesser role.",
      defaultNote: 'DATABASE_URL',
      secret: true,
    },
    'postgresql://wardline_owner:secret@db.example.org/wardline',
  ),
  DATA_DIR: text('./var', { doc: 'Embedded database, self-signed certificate, first-run credentials (mode 0600).' }),
  SEED_DEMO: optionalBoolean(
    { doc: 'Seed the demo hospital on an empty database.', defaultNote: 'true on an empty embedded database, false otherwise' },
    'true',
  ),
  EVENT_RETENTION_DAYS: integer(90, { doc: 'Events older than this are exported and purged.' }, { min: 1, max: 36_500 }),
  AUDIT_RETENTION_DAYS: integer(730, { doc: 'Audit records older than this are exported and purged.' }, { min: 1, max: 36_500 }),
});
export type DatabaseSettings = z.infer<typeof databaseSettings>;
