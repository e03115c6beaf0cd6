import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { AuditQueryService } from '../../identity/audit/audit-query.service.js';
import { Roles } from '../../identity/access/access.js';
import { readCursor, toPage } from '../../platform/common/values/paging.js';
import { pageQuery } from '../shared/admin-schemas.js';

const words = z.string().min(1).max(200).optional();
const instant = z.iso.datetime({ offset: true }).optional();
const auditQuery = pageQuery.extend({
  actor: words,
  action: words,
  target: words,
  result: z.enum(['ok', 'refused']).optional(),
  from: instant,
  to: instant,
});

@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/audit')
export class AuditAdminController {
  constructor(private readonly audit: AuditQueryService) {}

  @Get()
  async list(@Query({ schema: auditQuery }) { limit, cursor, ...filter }: z.infer<typeof auditQuery>) {
    const before = readCursor(z.int().min(1), cursor) ?? Number.MAX_SAFE_INTEGER;
    return toPage(await this.audit.list({ before, ...filter, limit: limit + 1 }), limit, (last) => last.id);
  }

  /** Recomputes the hash chain. */
  @Get('verify')
  verify() {
    return this.audit.verify();
  }
}
