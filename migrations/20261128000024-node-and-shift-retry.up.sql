-- A dead node or an abandoned shift that cannot be handled is put off, so that the others behind it have their turn.
ALTER TABLE nodes ADD COLUMN retry_at timestamptz;
ALTER TABLE shifts ADD COLUMN retry_at timestamptz;
