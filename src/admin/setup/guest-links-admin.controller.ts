import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../../identity/access/access.js';
import { placeId, slug } from '../../platform/common/values/ids.js';
import { type Page, readCursor, toPage } from '../../platform/common/values/paging.js';
import { GuestLinks, type GuestLinkView, type IssuedGuestLink } from '../../ward/guests/guest-links.service.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { pageQuery, type PageQuery } from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

const MAX_DAYS = 90;
const DEFAULT_DAYS = 30;
const linkBody = z.strictObject({ days: z.int().min(1).max(MAX_DAYS).default(DEFAULT_DAYS) }).default({ days: DEFAULT_DAYS });

/** Guest pages: a signed link for each bed. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/departments/:dept')
export class GuestLinksAdminController {
  constructor(
    private readonly links: GuestLinks,
    private readonly changes: AuditedChanges,
  ) {}

  /** Lists the links in force, by bed. A token is shown once, when its link is made. */
  @Get('guest-links')
  async list(
    @Param('dept', { schema: slug }) dept: string,
    @Query({ schema: pageQuery }) { limit, cursor }: PageQuery,
  ): Promise<Page<GuestLinkView>> {
    const after = readCursor(z.string(), cursor) ?? '';
    return toPage<GuestLinkView>(await this.links.list(dept, after, limit + 1), limit, (last) => last.bed_id);
  }

  /** Makes a link for the bed, or another copy of the one in force. */
  @Post('beds/:id/guest-link')
  issue(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Param('id', { schema: placeId }) id: string,
    @Body({ schema: linkBody }) { days }: z.infer<typeof linkBody>,
  ): Promise<IssuedGuestLink> {
    return this.changes.run(by, { action: 'guest_link.issue', target: `bed:${id}`, detail: { days } }, (tx) =>
      this.links.issue(tx, dept, id, days),
    );
  }

  /** Ends every link of the bed, as at a discharge. */
  @Delete('beds/:id/guest-link')
  @HttpCode(204)
  async end(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Param('id', { schema: placeId }) id: string,
  ): Promise<void> {
    await this.changes.run(by, { action: 'guest_link.end', target: `bed:${id}` }, (tx) => this.links.end(tx, dept, id));
  }
}
