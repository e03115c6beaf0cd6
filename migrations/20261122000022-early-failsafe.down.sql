ALTER TABLE calls DROP failsafe_from;
