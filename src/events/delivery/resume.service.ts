import { Inject, Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { notFound } from '../../platform/common/errors.js';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/settings/realtime.settings.js';
import { type DepartmentSnapshot, DepartmentSnapshots } from '../snapshots/department-snapshots.js';
import { EventLog, type Head } from '../log/event-log.js';
import { LogHoles } from './log-holes.js';
import { LogEpoch } from '../log/log-epoch.js';
import { counterFromZero } from '../../platform/metrics/metric-providers.js';

export const resumeMetricProvider = counterFromZero(
  {
    name: 'wardline_resume_total',
    help: 'Resumes. `recovered` is true when the log still had the missed events.',
    labelNames: ['recovered'],
  },
  [{ recovered: 'true' }, { recovered: 'false' }],
);

/** The client's claim of the events it has. */
export interface ResumePoint {
  /** `seq` of the last event it has. */
  after?: number | undefined;
  /** The history that `after` counts in. */
  epoch?: string | undefined;
}

/** From where a reader goes on. */
export interface ResumeDecision {
  dept: string;
  epoch: string;
  /** True when the missed events follow; otherwise the snapshot does. */
  recovered: boolean;
  /** `seq` of the next event. */
  from: number;
  /** `seq` of the newest event. */
  head: number;
  /** The department at one instant; none when `recovered`. */
  snapshot?: DepartmentSnapshot;
}

/** Decides how a reader joins a department's log: from its position while the log still has the events after it, else from a snapshot. */
@Injectable()
export class ResumeService {
  constructor(
    private readonly log: EventLog,
    private readonly snapshots: DepartmentSnapshots,
    private readonly epoch: LogEpoch,
    private readonly holes: LogHoles,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
    @InjectMetric('wardline_resume_total') private readonly resumes: Counter,
  ) {}

  /** @throws DomainError NOT_FOUND when there is no such department */
  async begin(dept: string, { after, epoch }: ResumePoint): Promise<ResumeDecision> {
    const head = after === undefined ? undefined : await this.requireHead(dept);
    if (after !== undefined && head && this.canResume(after, epoch, head) && !this.holes.liesAfter(dept, after + 1)) {
      this.resumes.inc({ recovered: 'true' });
      return { dept, epoch: this.epoch.current, recovered: true, from: after + 1, head: head.head };
    }
    if (after !== undefined) this.resumes.inc({ recovered: 'false' });
    const snapshot = await this.snapshots.read(dept);
    if (!snapshot) throw notFound('department');
    return { dept, epoch: this.epoch.current, recovered: false, from: snapshot.seq + 1, head: snapshot.seq, snapshot };
  }

  /** A snapshot frame's JSON text. @param re the command that it belongs to, if one does */
  snapshotText({ dept, epoch }: ResumeDecision, { seq, data }: DepartmentSnapshot, re: string | null): string {
    return (
      `{"type":"snapshot","re":${JSON.stringify(re)},"dept":"${dept}","epoch":${JSON.stringify(epoch)},` +
      `"seq":${String(seq)},"data":${data}}`
    );
  }

  private canResume(after: number, epoch: string | undefined, { head, purged }: Head): boolean {
    const sameHistory = epoch === undefined || epoch === this.epoch.current;
    return sameHistory && after <= head && after >= purged && head - after <= this.settings.REPLAY_LIMIT;
  }

  private async requireHead(dept: string): Promise<Head> {
    const head = await this.log.head(dept);
    if (!head) throw notFound('department');
    return head;
  }
}
