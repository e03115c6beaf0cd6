DROP FUNCTION iso(timestamptz);
DROP FUNCTION app_clock();
DROP FUNCTION app_now();
DROP TABLE clock_skew;
