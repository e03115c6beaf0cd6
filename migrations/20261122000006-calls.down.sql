DROP TABLE idempotency_keys, call_recipients, calls, shifts;
