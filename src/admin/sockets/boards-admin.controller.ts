import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../../identity/access/access.js';
import { slug, uuid } from '../../platform/common/values/ids.js';
import type { Page } from '../../platform/common/values/paging.js';
import { freeText } from '../../platform/common/values/text.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { pageQuery, type PageQuery } from '../shared/admin-schemas.js';
import type { Administrator } from '../shared/audited-changes.js';
import { BoardsAdminService, type BoardView } from './boards-admin.service.js';

const MAX_DEPARTMENTS = 100;
const boardBody = z.strictObject({ name: freeText(200), departments: z.array(slug).min(1).max(MAX_DEPARTMENTS) });

/** Wall boards: devices that show departments, and may do nothing else. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/boards')
export class BoardsAdminController {
  constructor(private readonly boards: BoardsAdminService) {}

  /** Oldest first, those whose code still waits included. */
  @Get()
  list(@Query({ schema: pageQuery }) query: PageQuery): Promise<Page<BoardView>> {
    return this.boards.list(query);
  }

  /** The code is in this answer and nowhere else. It is good for one exchange, within a day. */
  @Post()
  create(
    @CurrentAdministrator() by: Administrator,
    @Body({ schema: boardBody }) body: z.infer<typeof boardBody>,
  ): Promise<BoardView & { code: string }> {
    return this.boards.create(by, body);
  }

  /** Its sockets close with SESSION_REVOKE_CLOSE_CODE at once, on every node; its cookie and its code open nothing any more. */
  @Delete(':id')
  @HttpCode(204)
  revoke(@CurrentAdministrator() by: Administrator, @Param('id', { schema: uuid }) id: string): Promise<void> {
    return this.boards.revoke(by, id);
  }
}
