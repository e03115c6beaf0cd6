-- additive: an older program reads and writes as before; it does not note the level that a round ended at.
-- The highest level of the call's earlier rounds. A report then counts levels without reading the log.
ALTER TABLE calls ADD COLUMN earlier_level integer DEFAULT 0 NOT NULL CONSTRAINT calls_earlier_level_check CHECK (earlier_level BETWEEN 0 AND 3);

UPDATE calls c SET earlier_level = e.level FROM (
  SELECT r.id, max((e.payload ->> 'level')::int) AS level FROM calls r JOIN events e ON e.call_id = r.id AND e.type = 'call.escalated'
  WHERE r.round > 0 GROUP BY r.id
) e WHERE c.id = e.id;
