import type { CallView, EventFrame, StaffView } from './protocol.js';

/** The two parts of a department's picture. */
export interface Picture {
  readonly calls: readonly CallView[];
  readonly staff: readonly StaffView[];
}

const OPEN = new Set<string>(['pending', 'accepted', 'in_progress']);

/** Orders every list of calls: priority descending, then oldest first. */
export function byUrgency(a: CallView, b: CallView): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  if (a.placed_at !== b.placed_at) return a.placed_at < b.placed_at ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function byShift(a: StaffView, b: StaffView): number {
  if (a.on_duty_since !== b.on_duty_since) return a.on_duty_since < b.on_duty_since ? -1 : 1;
  return a.staff_id < b.staff_id ? -1 : 1;
}

function withCall(picture: Picture, call: CallView): Picture {
  const others = picture.calls.filter(({ id }) => id !== call.id);
  return { ...picture, calls: OPEN.has(call.state) ? [...others, call].sort(byUrgency) : others };
}

function withStaff(picture: Picture, member: StaffView): Picture {
  const others = picture.staff.filter(({ staff_id }) => staff_id !== member.staff_id);
  return { ...picture, staff: [...others, member].sort(byShift) };
}

function patched(picture: Picture, staffId: string, fields: Record<string, unknown>): Picture {
  const member = picture.staff.find(({ staff_id }) => staff_id === staffId);
  return member ? withStaff(picture, { ...member, ...fields }) : picture;
}

interface Data {
  call?: CallView;
  calls?: CallView[];
  staff?: StaffView;
  staff_id?: string;
  shift_id?: string;
  role?: string;
  name?: string;
  until?: string | null;
}

/** The picture after an event. Types that nobody knows leave it as it is. */
export function reduce(picture: Picture, { type, data, time }: EventFrame): Picture {
  const { call, calls, staff, staff_id: id, ...more } = (data ?? {}) as Data;
  if (type.startsWith('call.')) {
    const changed = [...(call ? [call] : []), ...(calls ?? [])];
    return changed.reduce(withCall, picture);
  }
  if (type === 'nurse.shift_ended') return { ...picture, staff: picture.staff.filter(({ staff_id }) => staff_id !== id) };
  if (staff && type.startsWith('nurse.')) return withStaff(picture, staff);
  if (id === undefined) return picture;
  switch (type) {
    case 'nurse.shift_started':
      return withStaff(picture, {
        ...{ staff_id: id, name: more.name ?? '', role: more.role ?? 'nurse', shift_id: more.shift_id ?? '', on_duty_since: time },
      });
    case 'nurse.shift_paused':
      return patched(picture, id, { paused_until: more.until ?? null });
    case 'nurse.shift_resumed':
      return patched(picture, id, { paused_until: null });
    case 'nurse.unresponsive':
      return patched(picture, id, { responsive: false });
    case 'nurse.responsive':
      return patched(picture, id, { responsive: true });
    default:
      return picture;
  }
}
