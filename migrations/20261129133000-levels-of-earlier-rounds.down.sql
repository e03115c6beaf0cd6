ALTER TABLE calls DROP COLUMN earlier_level;
