import type { CallView, EventFrame, StaffView } from '../index.js';
import { byUrgency, reduce } from '../reduce.js';
import { type Answer, error } from './commands.js';

interface Department {
  log: EventFrame[];
  calls: CallView[];
  staff: StaffView[];
}

const OPEN = new Set(['pending', 'accepted', 'in_progress']);
const NEXT: Readonly<Record<string, [string, CallView['state']]>> = {
  accept: ['call.accepted', 'accepted'],
  arrive: ['call.in_progress', 'in_progress'],
  decline: ['call.declined', 'pending'],
  complete: ['call.completed', 'completed'],
  cancel: ['call.cancelled', 'cancelled'],
};

/** The departments in memory: their logs, their pictures, and the commands that change them. */
export class MemoryWard {
  readonly effects: [string, Readonly<Record<string, unknown>>][] = [];
  epoch = 'epoch-1';
  private readonly departments = new Map<string, Department>();
  private readonly answers = new Map<string, Answer>();

  /** @param publish takes each event as it is appended */
  constructor(
    private readonly userId: string,
    private readonly publish: (event: EventFrame) => void,
  ) {}

  newEpoch(): void {
    this.epoch = `epoch-${String(Number(this.epoch.slice(6)) + 1)}`;
  }

  append(dept: string, type: string, data: Record<string, unknown>, { critical = false } = {}): EventFrame {
    const department = this.department(dept);
    const seq = department.log.length + 1;
    const event: EventFrame = { type, dept, seq, id: crypto.randomUUID(), time: new Date().toISOString(), critical, data };
    department.log.push(event);
    Object.assign(department, reduce(department, event));
    this.publish(event);
    return event;
  }

  press(dept: string, fields: Partial<CallView> = {}): CallView {
    const call: CallView = {
      ...{
        id: crypto.randomUUID(),
        dept,
        room_id: `${dept}-101`,
        bed_id: `${dept}-101-1`,
        station_id: `${dept}-101-bed`,
        type: 'patient_normal',
      },
      ...{ state: 'pending', level: 0, priority: 0, version: 1, accepted_by: null, recipients: [], placed_at: new Date().toISOString() },
      ...{
        annunciated_at: null,
        accepted_at: null,
        present_at: null,
        completed_at: null,
        cancelled_at: null,
        ...{ present_by: null, repeats: 0, round: 0, supersedes: [], superseded_by: null, next_deadline_at: null },
      },
      ...fields,
    };
    this.append(dept, 'call.pending', { call_id: call.id, call }, { critical: true });
    return call;
  }

  change(callId: string, type: string, fields: Partial<CallView>): CallView {
    const before = this.find(callId);
    if (!before) throw new Error('no such open call');
    const call: CallView = { ...before, ...fields };
    this.append(call.dept, type, { call_id: call.id, call }, { critical: type === 'call.pending' || type === 'call.escalated' });
    return call;
  }

  log(dept: string): readonly EventFrame[] {
    return this.department(dept).log;
  }

  execute(key: string, type: string, data: Readonly<Record<string, unknown>>): Answer {
    const known = this.answers.get(key);
    if (known) return known;
    const answer = this.perform(type, data);
    this.answers.set(key, answer);
    if ('data' in answer) this.effects.push([type, data]);
    return answer;
  }

  private perform(type: string, data: Readonly<Record<string, unknown>>): Answer {
    const [subject, verb = ''] = type.split('.');
    if (subject === 'shift') return { data: { dept: data['dept'], state: verb } };
    if (verb === 'raise') {
      const dept = String(data['room_id']).split('-')[0] ?? 'icu';
      return { data: this.press(dept, data) };
    }
    const next = NEXT[verb];
    const call = this.find(data['call_id'] as string);
    if (!next) return { error: error('UNKNOWN_TYPE') };
    if (!call) return { error: error('NOT_FOUND') };
    if (verb === 'accept' && call.state !== 'pending') return { error: { ...error('CALL_ALREADY_ACCEPTED'), details: { call } } };
    const accepted = verb === 'accept' || verb === 'arrive' ? { accepted_by: this.userId } : {};
    return { data: this.change(call.id, next[0], { state: next[1], version: call.version + 1, ...accepted }) };
  }

  /** A page of the log, as HTTP answers it. */
  page(dept: string, query: URLSearchParams): object {
    const after = Number(query.get('after') ?? 0);
    const log = this.log(dept);
    return { items: log.slice(after, after + Number(query.get('limit') ?? 50)), head: log.length, epoch: this.epoch };
  }

  picture(dept: string): { epoch: string; seq: number; data: { calls: CallView[]; staff: StaffView[] } } {
    const { log, calls, staff } = this.department(dept);
    return { epoch: this.epoch, seq: log.length, data: { calls: calls.filter(({ state }) => OPEN.has(state)).sort(byUrgency), staff } };
  }

  private department(id: string): Department {
    const department = this.departments.get(id) ?? { log: [], calls: [], staff: [] };
    this.departments.set(id, department);
    return department;
  }

  private find(callId: string): CallView | undefined {
    for (const { calls } of this.departments.values()) {
      const call = calls.find(({ id }) => id === callId);
      if (call) return call;
    }
    return undefined;
  }
}
