import type { CallView, EventFrame, StaffView } from './protocol.js';

/** The two parts of a department's picture. */
export interface Picture {
  readonly calls: readonly CallView[];
  readonly staff: readonly StaffView[];
}

const inOrder = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** Orders every list of calls: priority descending, then oldest first. */
export function byUrgency(a: CallView, b: CallView): number {
  return b.priority - a.priority || inOrder(a.placed_at, b.placed_at) || inOrder(a.id, b.id);
}

function byShift(a: StaffView, b: StaffView): number {
  return inOrder(a.on_duty_since, b.on_duty_since) || inOrder(a.staff_id, b.staff_id);
}

/** A picture with this person in the place of the same one. */
function withStaff({ calls, staff }: Picture, member: StaffView): Picture {
  const others = staff.filter(({ staff_id }) => staff_id !== member.staff_id);
  return { calls, staff: [...others, member].sort(byShift) };
}

interface Data {
  call?: CallView;
  staff?: StaffView;
  staff_id?: string;
  until?: string;
}

/** The picture after an event. Types that nobody knows leave it as it is. */
export function reduce(picture: Picture, { type, data }: EventFrame): Picture {
  const { call, staff: member, staff_id: id, until } = (data ?? {}) as Data;
  const { calls, staff } = picture;
  if (call && type.startsWith('call.')) {
    const others = calls.filter((other) => other.id !== call.id);
    const isClosed = call.state === 'completed' || call.state === 'cancelled';
    return { staff, calls: isClosed ? others : [...others, call].sort(byUrgency) };
  }
  if (type === 'nurse.shift_ended') return { calls, staff: staff.filter(({ staff_id }) => staff_id !== id) };
  if (member && type.startsWith('nurse.')) return withStaff(picture, member);
  const fields = {
    'nurse.shift_paused': { paused_until: until ?? null },
    'nurse.shift_resumed': { paused_until: null },
    'nurse.unresponsive': { responsive: false },
    'nurse.responsive': { responsive: true },
  }[type];
  const known = fields && staff.find(({ staff_id }) => staff_id === id);
  return known ? withStaff(picture, { ...known, ...fields }) : picture;
}
