import { Injectable } from '@nestjs/common';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';

export interface DepartmentView {
  id: string;
  name: string;
}

const visible = statement(
  'visible_departments',
  'SELECT id, name FROM departments WHERE retired_at IS NULL AND ($1 OR id = ANY($2)) AND id > $3 ORDER BY id LIMIT $4',
);

/** What of the hospital's directory a person may see. */
@Injectable()
export class DirectoryService {
  constructor(private readonly database: Database) {}

  departmentsOf(staff: StaffPrincipal, after: string, limit: number): Promise<DepartmentView[]> {
    return this.database.query<DepartmentView & Record<string, unknown>>(visible, [
      staff.role === 'admin',
      staff.departments,
      after,
      limit,
    ]);
  }
}
