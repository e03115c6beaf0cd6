import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../../identity/access/access.js';
import { placeId } from '../../platform/common/values/ids.js';
import { noBody, type NoBody } from '../../platform/common/values/validation.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { stationBody, type StationBody, stationPatch, type StationPatch, stationsQuery } from '../shared/admin-schemas.js';
import type { Administrator } from '../shared/audited-changes.js';
import { StationsAdminService } from './stations-admin.service.js';

@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/stations')
export class StationsAdminController {
  constructor(private readonly stations: StationsAdminService) {}

  @Get()
  list(@Query({ schema: stationsQuery }) query: z.infer<typeof stationsQuery>) {
    return this.stations.list(query);
  }

  /** The key is in this answer and nowhere else. */
  @Post()
  create(@CurrentAdministrator() by: Administrator, @Body({ schema: stationBody }) body: StationBody) {
    return this.stations.create(by, body);
  }

  @Get(':id')
  get(@Param('id', { schema: placeId }) id: string) {
    return this.stations.get(id);
  }

  /** Renames or moves it, or changes what it may raise; its key stays. */
  @Patch(':id')
  update(
    @CurrentAdministrator() by: Administrator,
    @Param('id', { schema: placeId }) id: string,
    @Body({ schema: stationPatch }) patch: StationPatch,
  ) {
    return this.stations.update(by, id, patch);
  }

  @Post(':id/rotate')
  @HttpCode(200)
  rotate(@CurrentAdministrator() by: Administrator, @Param('id', { schema: placeId }) id: string, @Body({ schema: noBody }) _body: NoBody) {
    return this.stations.rotateKey(by, id);
  }

  @Delete(':id')
  @HttpCode(204)
  retire(@CurrentAdministrator() by: Administrator, @Param('id', { schema: placeId }) id: string) {
    return this.stations.retire(by, id);
  }
}
