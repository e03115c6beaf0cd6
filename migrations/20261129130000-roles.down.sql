-- People of a hospital's own roles cannot sign in any more: an older program has no role for them.
UPDATE staff SET active = false, role = 'nurse' WHERE role NOT IN ('nurse', 'manager', 'admin');
UPDATE annunciations SET role = 'nurse' WHERE role NOT IN ('nurse', 'manager', 'admin');
ALTER TABLE annunciations ADD CONSTRAINT call_recipients_role_check CHECK (role IN ('nurse', 'manager', 'admin'));
ALTER TABLE staff DROP CONSTRAINT staff_role_fkey, ADD CONSTRAINT staff_role_check CHECK (role IN ('nurse', 'manager', 'admin'));
DROP TABLE roles;
