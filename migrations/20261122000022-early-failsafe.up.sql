-- The failsafe counts from the deadline that brought level 3: its own, or the earlier one of a level that found nobody to add. A call whose
-- level 3 came early is not silent until its own deadline has passed.
ALTER TABLE calls ADD failsafe_from int NOT NULL DEFAULT 3 CHECK (failsafe_from BETWEEN 1 AND 3);
