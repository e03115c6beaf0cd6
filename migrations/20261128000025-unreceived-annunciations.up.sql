-- An acknowledgement is looked up by what its person has not received yet, which is little, instead of by the events up to it.
CREATE INDEX annunciations_unreceived ON annunciations (staff_id, queued_at) WHERE received_at IS NULL;
