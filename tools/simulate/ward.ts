import { FrameCache } from '../bench/client/frame-cache.js';
import type { EventFrame } from '../bench/client/frames.js';
import type { Measurements } from './measurements.js';
import type { Nurse } from './nurse.js';

/** An open call as this client's people see it. */
export interface OpenCall {
  readonly id: string;
  readonly type: string;
  readonly stationId: string | undefined;
  /** The event that last announced it: a nurse who has not got it cannot act on it. */
  seq: number;
  pending: boolean;
  recipients: ReadonlySet<string>;
  /** Somebody of this client is on it already. */
  attended: boolean;
}

export interface WardListener {
  /** A call waits for somebody, for the first time or again. */
  callPending(ward: Ward, call: OpenCall): void;
  /** A call came to its end. */
  callClosed(call: OpenCall): void;
}

/** A department: its nurses, and its open calls as told by the first nurse who hears of them. */
export class Ward {
  readonly nurses: Nurse[] = [];
  readonly calls = new Map<string, OpenCall>();
  /** One for all: the department's readers get the same bytes. */
  readonly cache = new FrameCache();
  /** The id of each event seen, by its place: the audit compares them with the log's. */
  readonly seen = new Map<number, string>();
  /** Readers that were told different things about the same place of the log. */
  divergent = 0;

  constructor(
    readonly dept: string,
    private readonly measurements: Measurements,
    private readonly listener: WardListener,
  ) {}

  /** An event arrived at one of the nurses. */
  event(frame: EventFrame): void {
    const known = this.seen.get(frame.seq);
    if (known === undefined) {
      this.seen.set(frame.seq, frame.id);
      this.follow(frame);
    } else if (known !== frame.id) {
      this.divergent += 1;
      this.measurements.failure('DIVERGENT_EVENT', true, `${this.dept} ${String(frame.seq)}`);
    }
  }

  private follow(frame: EventFrame): void {
    const { call_id: callId } = frame.data;
    if (callId === undefined) return;
    switch (frame.type) {
      case 'call.pending':
        this.pending(callId, frame);
        return;
      case 'call.escalated':
        this.tell(callId, frame);
        return;
      case 'call.accepted':
      case 'call.in_progress': {
        const call = this.calls.get(callId);
        if (call !== undefined) call.pending = false;
        return;
      }
      case 'call.completed':
      case 'call.cancelled':
        this.close(callId);
        return;
      default:
        return;
    }
  }

  private pending(callId: string, frame: EventFrame): void {
    const view = frame.data.call;
    if (view === undefined) return;
    const call = this.calls.get(callId) ?? {
      id: callId,
      type: view.type,
      stationId: view.station_id ?? undefined,
      seq: frame.seq,
      pending: true,
      recipients: new Set<string>(),
      attended: false,
    };
    call.seq = frame.seq;
    call.pending = true;
    this.calls.set(callId, call);
    this.tell(callId, frame);
    if (!call.attended) this.listener.callPending(this, call);
  }

  private tell(callId: string, frame: EventFrame): void {
    const call = this.calls.get(callId);
    const recipients = frame.data.call?.recipients;
    if (call === undefined || recipients === undefined) return;
    call.recipients = new Set(recipients.map((recipient) => recipient.staff_id));
  }

  private close(callId: string): void {
    const call = this.calls.get(callId);
    if (call === undefined) return;
    this.calls.delete(callId);
    call.pending = false;
    this.listener.callClosed(call);
  }
}
