DROP TABLE migration_notes;
