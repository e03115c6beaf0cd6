ALTER TABLE ward_watch DROP back_at;
