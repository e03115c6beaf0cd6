DROP VIEW wardline_available_nurses;
DROP VIEW wardline_open_calls;
