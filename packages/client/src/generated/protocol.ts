/** One person whom a call was or is shown to. */
export interface RecipientView {
  staff_id: string;
  role: string;
  since: string;
  reason: string;
  withdrawn_at?: string | null;
}

/** A call as every client sees it. Times are ISO 8601 in UTC; null until they are reached. */
export interface CallView {
  id: string;
  dept: string;
  room_id: string;
  bed_id: string | null;
  station_id: string | null;
  type: string;
  state: 'pending' | 'accepted' | 'in_progress' | 'completed' | 'cancelled';
  level: number;
  priority: number;
  version: number;
  accepted_by: string | null;
  recipients: RecipientView[];
  placed_at: string;
  annunciated_at: string | null;
  accepted_at: string | null;
  present_at: string | null;
  completed_at: string | null;
  cancelled_at: string | null;
  repeats: number;
  supersedes: string | null;
  [more: string]: unknown;
}

/** A person on duty. */
export interface StaffView {
  staff_id: string;
  name: string;
  role: string;
  shift_id: string;
  on_duty_since: string;
  [more: string]: unknown;
}

export interface CallEventData {
  call_id: string;
  call: CallView;
  reason?: string;
  from?: string;
  level?: number;
  repeat?: number;
  staff_ids?: string[];
  by?: string;
}

export interface ClientProtocolEvents {
  'call.pending': CallEventData;
  'call.unattended': CallEventData;
  'call.escalated': CallEventData;
  'call.assigned': CallEventData;
  'call.accepted': CallEventData;
  'call.declined': CallEventData;
  'call.in_progress': CallEventData;
  'call.completed': CallEventData;
  'call.cancelled': CallEventData;
  'call.repeated': CallEventData;
}
