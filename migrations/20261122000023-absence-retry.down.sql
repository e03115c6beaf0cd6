ALTER TABLE staff_absences DROP retry_at;
