import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentStaff } from '../../identity/access/access.js';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { cursorParam, limitParam, type Page, readCursor, toPage } from '../../platform/common/paging.js';
import { type DepartmentView, DirectoryService } from './directory.service.js';

const listQuery = z.strictObject({ limit: limitParam, cursor: cursorParam });

@ApiTags('departments')
@Controller('api/v1/departments')
export class DepartmentsController {
  constructor(private readonly directory: DirectoryService) {}

  @Get()
  async list(
    @CurrentStaff() staff: StaffPrincipal,
    @Query({ schema: listQuery }) { limit, cursor }: z.infer<typeof listQuery>,
  ): Promise<Page<DepartmentView>> {
    const after = readCursor(z.string(), cursor) ?? '';
    return toPage(await this.directory.departmentsOf(staff, after, limit + 1), limit, (last) => last.id);
  }
}
