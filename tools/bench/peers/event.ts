const SEQ_DIGITS = 6;

/** An event as Wardline's clients get it, as large as what one of a call is. */
export function makeEvent(seq: number) {
  const number = String(seq).padStart(SEQ_DIGITS, '0');
  const callId = `01933d6e-7a1c-7b3a-9f00-000000${number}`;
  return {
    ...{ type: 'call.pending', dept: 'ward-07', seq, id: `01933d6e-7a1c-7b3a-8e00-000000${number}` },
    ...{ time: '2026-11-22T02:16:25.123456Z', critical: true, data: makeCallData(callId) },
  };
}

/** The data of a call's event. */
export function makeCallData(callId: string) {
  const call = {
    ...{ id: callId, dept: 'ward-07', room_id: 'ward-07-112', bed_id: 'ward-07-112-b', station_id: 'ward-07-112-bed' },
    ...{ type: 'patient_normal', state: 'pending', level: 0, priority: 0, version: 1, accepted_by: null, repeats: 0, supersedes: null },
    ...{ placed_at: '2026-11-22T02:16:25.123Z', annunciated_at: null, accepted_at: null, present_at: null, completed_at: null },
    recipients: [{ staff_id: '01933d6e-7a1c-7b3a-9f00-00000000d00d', role: 'nurse', since: '2026-11-22T02:16:25.123Z' }],
  };
  return { call_id: callId, call, by: 'station:ward-07-112-bed' };
}
