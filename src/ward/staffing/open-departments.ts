import { Injectable } from '@nestjs/common';
import { DepartmentAccess } from '../../identity/access/department-access.js';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { notFound } from '../../platform/common/errors.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';

const find = statement('open_department', 'SELECT id FROM departments WHERE id = $1 AND retired_at IS NULL');

/** Departments that are in use. One that was retired, or never was, is answered like one that one does not belong to. */
@Injectable()
export class OpenDepartments {
  constructor(
    private readonly access: DepartmentAccess,
    private readonly database: Database,
  ) {}

  /** @throws DomainError NOT_FOUND */
  async require(staff: StaffPrincipal, dept: string): Promise<void> {
    this.access.require(staff, dept);
    const [found] = await this.database.query(find, [dept]);
    if (!found) throw notFound('department');
  }
}
