DROP SEQUENCE write_probe;
