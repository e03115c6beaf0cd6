/**
 * A query of the department of room $1, and of its bed $2 unless that is null, when they are in use. Until the transaction ends none of them is
 * retired; one that is just being retired is waited for, and then it is not in use.
 */
export const HELD_PLACE = `SELECT r.dept_id AS dept FROM rooms r JOIN departments d ON d.id = r.dept_id AND d.retired_at IS NULL
   WHERE r.id = $1 AND r.retired_at IS NULL
     AND ($2::text IS NULL OR EXISTS (SELECT FROM beds b WHERE b.id = $2 AND b.room_id = r.id AND b.retired_at IS NULL FOR KEY SHARE))
   FOR KEY SHARE OF r, d`;
