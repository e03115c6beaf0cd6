import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';

const read = statement(
  'read_attendance_record',
  `SELECT d.id AS dept, u.dept_id IS NOT NULL AS unattended
   FROM departments d LEFT JOIN unattended_departments u ON u.dept_id = d.id WHERE d.retired_at IS NULL`,
);

/** The record of unattended departments, as everybody has been informed. */
@Injectable()
export class AttendanceRecord {
  constructor(private readonly database: Database) {}

  read(): Promise<{ dept: string; unattended: boolean }[]> {
    return this.database.query<{ dept: string; unattended: boolean }>(read, [], 'probes');
  }
}
