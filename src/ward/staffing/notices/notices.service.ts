import { Injectable } from '@nestjs/common';
import { EventLog } from '../../../events/log/event-log.js';
import type { NoticeCode } from './notice-events.js';
import { type Manager, StaffingChanges } from '../staffing-changes.js';

export interface NoticeView {
  dept: string;
  code: NoticeCode;
  by: string;
}

/** Notices to everybody of a department: an event, and nothing else. */
@Injectable()
export class NoticesService {
  constructor(
    private readonly changes: StaffingChanges,
    private readonly log: EventLog,
  ) {}

  post(manager: Manager, dept: string, code: NoticeCode, key: string | undefined): Promise<NoticeView> {
    return this.changes.run(manager, key, { type: 'notice.post', dept, code }, (tx, by) => {
      this.log.append(tx, { dept, type: 'notice.posted', data: { code, by }, actorId: by });
      return Promise.resolve({ answer: { dept, code, by }, record: { target: `department:${dept}`, detail: { code } } });
    });
  }
}
