import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../../identity/access/access.js';
import { placeId, slug } from '../../platform/common/values/ids.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { bedBody, departmentBody, pageQuery, type PageQuery, renameBody, roomBody } from '../shared/admin-schemas.js';
import type { Administrator } from '../shared/audited-changes.js';
import { PlacesAdminService } from './places-admin.service.js';

type Rename = z.infer<typeof renameBody>;

@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/departments')
export class PlacesAdminController {
  constructor(private readonly places: PlacesAdminService) {}

  @Get()
  departments(@Query({ schema: pageQuery }) query: PageQuery) {
    return this.places.listDepartments(query);
  }

  @Post()
  createDepartment(@CurrentAdministrator() by: Administrator, @Body({ schema: departmentBody }) body: z.infer<typeof departmentBody>) {
    return this.places.createDepartment(by, body);
  }

  @Get(':dept')
  department(@Param('dept', { schema: slug }) dept: string) {
    return this.places.department(dept);
  }

  @Patch(':dept')
  renameDepartment(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: renameBody }) { name }: Rename,
  ) {
    return this.places.renameDepartment(by, dept, name);
  }

  @Delete(':dept')
  @HttpCode(204)
  retireDepartment(@CurrentAdministrator() by: Administrator, @Param('dept', { schema: slug }) dept: string) {
    return this.places.retireDepartment(by, dept);
  }

  @Get(':dept/rooms')
  rooms(@Param('dept', { schema: slug }) dept: string, @Query({ schema: pageQuery }) query: PageQuery) {
    return this.places.listRooms(dept, query);
  }

  @Post(':dept/rooms')
  createRoom(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: roomBody }) body: z.infer<typeof roomBody>,
  ) {
    return this.places.createRoom(by, dept, body);
  }

  @Get(':dept/rooms/:id')
  room(@Param('dept', { schema: slug }) dept: string, @Param('id', { schema: placeId }) id: string) {
    return this.places.room(dept, id);
  }

  @Patch(':dept/rooms/:id')
  renameRoom(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Param('id', { schema: placeId }) id: string,
    @Body({ schema: renameBody }) { name }: Rename,
  ) {
    return this.places.renameRoom(by, dept, id, name);
  }

  @Delete(':dept/rooms/:id')
  @HttpCode(204)
  retireRoom(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Param('id', { schema: placeId }) id: string,
  ) {
    return this.places.retireRoom(by, dept, id);
  }

  @Get(':dept/beds')
  beds(@Param('dept', { schema: slug }) dept: string, @Query({ schema: pageQuery }) query: PageQuery) {
    return this.places.listBeds(dept, query);
  }

  @Post(':dept/beds')
  createBed(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: bedBody }) body: z.infer<typeof bedBody>,
  ) {
    return this.places.createBed(by, dept, body);
  }

  @Get(':dept/beds/:id')
  bed(@Param('dept', { schema: slug }) dept: string, @Param('id', { schema: placeId }) id: string) {
    return this.places.bed(dept, id);
  }

  @Patch(':dept/beds/:id')
  renameBed(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Param('id', { schema: placeId }) id: string,
    @Body({ schema: renameBody }) { name }: Rename,
  ) {
    return this.places.renameBed(by, dept, id, name);
  }

  @Delete(':dept/beds/:id')
  @HttpCode(204)
  retireBed(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Param('id', { schema: placeId }) id: string,
  ) {
    return this.places.retireBed(by, dept, id);
  }
}
