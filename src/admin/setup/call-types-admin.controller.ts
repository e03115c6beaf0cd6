import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../../identity/access/access.js';
import { notFound } from '../../platform/common/errors.js';
import { readCursor, toPage } from '../../platform/common/paging.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import {
  callTypeBody,
  type CallTypeBody,
  callTypeId,
  callTypePatch,
  type CallTypePatch,
  pageQuery,
  type PageQuery,
} from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

const VIEW = 'id, rank, dispatch, cancel_policy';
const list = statement('list_call_types', `SELECT ${VIEW} FROM call_types WHERE id > $1 AND retired_at IS NULL ORDER BY id LIMIT $2`);
const find = statement('find_call_type', `SELECT ${VIEW} FROM call_types WHERE id = $1 AND retired_at IS NULL`);
const insert = statement('insert_call_type', `INSERT INTO call_types (${VIEW}) VALUES ($1, $2, $3, $4)`);
const update = statement(
  'update_call_type',
  `UPDATE call_types SET rank = coalesce($2, rank), dispatch = coalesce($3, dispatch), cancel_policy = coalesce($4, cancel_policy)
   WHERE id = $1 AND retired_at IS NULL RETURNING ${VIEW}`,
);
const retire = statement(
  'retire_call_type',
  'UPDATE call_types SET retired_at = app_now() WHERE id = $1 AND retired_at IS NULL RETURNING id',
);

type CallTypeRow = CallTypeBody & Record<string, unknown>;

/** What may be called for. An installation adds its own types; calls keep the type they were placed with. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/call-types')
export class CallTypesAdminController {
  constructor(
    private readonly database: Database,
    private readonly changes: AuditedChanges,
  ) {}

  @Get()
  async list(@Query({ schema: pageQuery }) { limit, cursor }: PageQuery) {
    const rows = await this.database.query<CallTypeRow>(list, [readCursor(z.string(), cursor) ?? '', limit + 1]);
    return toPage(rows, limit, (last) => last.id);
  }

  @Get(':id')
  async get(@Param('id', { schema: callTypeId }) id: string): Promise<CallTypeBody> {
    const [row] = await this.database.query<CallTypeRow>(find, [id]);
    if (!row) throw notFound('call type');
    return row;
  }

  @Post()
  create(@CurrentAdministrator() by: Administrator, @Body({ schema: callTypeBody }) body: CallTypeBody): Promise<CallTypeBody> {
    return this.changes.run(by, { action: 'call_type.create', target: `call_type:${body.id}` }, async (tx) => {
      await tx.query(insert, [body.id, body.rank, body.dispatch, body.cancel_policy]);
      return body;
    });
  }

  @Patch(':id')
  update(
    @CurrentAdministrator() by: Administrator,
    @Param('id', { schema: callTypeId }) id: string,
    @Body({ schema: callTypePatch }) patch: CallTypePatch,
  ): Promise<CallTypeBody> {
    return this.changes.run(by, { action: 'call_type.update', target: `call_type:${id}`, detail: patch }, async (tx) => {
      const row = await tx.one<CallTypeRow>(update, [id, patch.rank ?? null, patch.dispatch ?? null, patch.cancel_policy ?? null]);
      if (!row) throw notFound('call type');
      return row;
    });
  }

  @Delete(':id')
  @HttpCode(204)
  async retire(@CurrentAdministrator() by: Administrator, @Param('id', { schema: callTypeId }) id: string): Promise<void> {
    await this.changes.run(by, { action: 'call_type.retire', target: `call_type:${id}` }, async (tx) => {
      if (!(await tx.one(retire, [id]))) throw notFound('call type');
    });
  }
}
