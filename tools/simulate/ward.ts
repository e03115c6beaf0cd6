import type { AnyEvent, CallView, WardlineProtocol } from '@wardline/client';
import type { Measurements } from './measure/measurements.js';
import type { Nurse } from './people/nurse.js';

/** An open call as this client's people see it. */
export interface OpenCall {
  readonly id: string;
  readonly type: string;
  readonly stationId: string | undefined;
  /** The event that last announced it: a nurse who has not got it cannot act on it. */
  seq: number;
  pending: boolean;
  recipients: ReadonlySet<string>;
  /** A person of this client is on it already. */
  attended: boolean;
}

export interface WardListener {
  /** A call waits for a nurse, for the first time or again. */
  callPending(ward: Ward, call: OpenCall): void;
  /** A call came to its end. */
  callClosed(call: OpenCall): void;
}

/** A department: its nurses, and its open calls as the first nurse who gets them reports them. */
export class Ward {
  readonly nurses: Nurse[] = [];
  readonly calls = new Map<string, OpenCall>();
  /** The id of each event seen, by its place: the audit compares them with the log's. */
  readonly seen = new Map<number, string>();
  /** Readers that got different events at the same place of the log. */
  divergent = 0;

  constructor(
    readonly dept: string,
    private readonly measurements: Measurements,
    private readonly listener: WardListener,
  ) {}

  /** An event arrived at one of the nurses. */
  event(event: AnyEvent<WardlineProtocol>): void {
    const known = this.seen.get(event.seq);
    if (known === undefined) {
      this.seen.set(event.seq, event.id);
      this.follow(event);
    } else if (known !== event.id) {
      this.divergent += 1;
      this.measurements.failure('DIVERGENT_EVENT', true, `${this.dept} ${String(event.seq)}`);
    }
  }

  private follow(event: AnyEvent<WardlineProtocol>): void {
    switch (event.type) {
      case 'call.pending':
        this.pending(event.data.call, event.seq);
        return;
      case 'call.escalated':
        this.tell(event.data.call);
        return;
      case 'call.accepted':
      case 'call.in_progress': {
        const call = this.calls.get(event.data.call_id);
        if (call !== undefined) call.pending = false;
        return;
      }
      case 'call.completed':
      case 'call.cancelled':
        this.close(event.data.call_id);
        return;
      default:
        return;
    }
  }

  private pending(view: CallView, seq: number): void {
    const call = this.calls.get(view.id) ?? {
      id: view.id,
      type: view.type,
      stationId: view.station_id ?? undefined,
      seq,
      pending: true,
      recipients: new Set<string>(),
      attended: false,
    };
    call.seq = seq;
    call.pending = true;
    this.calls.set(view.id, call);
    this.tell(view);
    if (!call.attended) this.listener.callPending(this, call);
  }

  private tell({ id, recipients }: CallView): void {
    const call = this.calls.get(id);
    if (call !== undefined) call.recipients = new Set(recipients.map(({ staff_id }) => staff_id));
  }

  private close(callId: string): void {
    const call = this.calls.get(callId);
    if (call === undefined) return;
    this.calls.delete(callId);
    call.pending = false;
    this.listener.callClosed(call);
  }
}
