/**
 * SQL: a record of the audit follows the one before it, and nobody has changed it. `last_id` and `last_hash` are of that one; for the first record
 * they are the anchor's.
 */
export const AUDIT_LINK_HOLDS = `(id = last_id + 1 AND prev_hash = last_hash
  AND hash = audit_hash(prev_hash, id, at, actor, action, target, result, address, detail))`;
