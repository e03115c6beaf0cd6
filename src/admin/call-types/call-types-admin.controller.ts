import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Roles } from '../../identity/access/access.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { callTypeId } from '../../ward/hospital/call-type-definition.js';
import type { Administrator } from '../shared/audited-changes.js';
import {
  callTypeBody,
  type CallTypeBody,
  callTypePatch,
  type CallTypePatch,
  callTypesQuery,
  type CallTypesQuery,
} from './call-type-schemas.js';
import { CallTypesAdminService, type CallTypeView } from './call-types-admin.service.js';

/** Call types. An installation adds its own; calls keep the type they were placed with. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/call-types')
export class CallTypesAdminController {
  constructor(private readonly types: CallTypesAdminService) {}

  /** Lists the types in use; with `retired=true`, all types. */
  @Get()
  list(@Query({ schema: callTypesQuery }) query: CallTypesQuery) {
    return this.types.list(query);
  }

  @Get(':id')
  get(@Param('id', { schema: callTypeId }) id: string): Promise<CallTypeView> {
    return this.types.get(id);
  }

  @Post()
  create(@CurrentAdministrator() by: Administrator, @Body({ schema: callTypeBody }) body: CallTypeBody): Promise<CallTypeView> {
    return this.types.create(by, body);
  }

  /** `retired: false` brings a type back. */
  @Patch(':id')
  update(
    @CurrentAdministrator() by: Administrator,
    @Param('id', { schema: callTypeId }) id: string,
    @Body({ schema: callTypePatch }) patch: CallTypePatch,
  ): Promise<CallTypeView> {
    return this.types.update(by, id, patch);
  }

  @Delete(':id')
  @HttpCode(204)
  retire(@CurrentAdministrator() by: Administrator, @Param('id', { schema: callTypeId }) id: string): Promise<void> {
    return this.types.retire(by, id);
  }
}
