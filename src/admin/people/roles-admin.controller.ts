import { Controller, Get } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { ApiTags } from '@nestjs/swagger';
import { EntityManager } from 'typeorm';
import { Roles } from '../../identity/access/access.js';
import { RoleRow } from '../../identity/entities/role-row.entity.js';

/** The roles that a person can have. The hospital's program declares them: nobody changes them while it runs. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/roles')
export class RolesAdminController {
  constructor(@InjectEntityManager() private readonly manager: EntityManager) {}

  /** Wardline's roles and the hospital's own, with what each permits. */
  @Get()
  async list(): Promise<{ items: RoleRow[] }> {
    return { items: await this.manager.find(RoleRow, { order: { id: 'ASC' } }) };
  }
}
