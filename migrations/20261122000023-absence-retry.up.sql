-- An absence that cannot be handled does not keep the others from their turn.
ALTER TABLE staff_absences ADD retry_at timestamptz;
