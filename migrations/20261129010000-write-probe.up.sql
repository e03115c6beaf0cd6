-- Asked for its next number by readiness, to learn whether the server takes writes: no row, no lock, no disk to wait for.
CREATE SEQUENCE write_probe;
