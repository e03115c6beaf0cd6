import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Roles } from '../../identity/access/access.js';
import { slug } from '../../platform/common/values/ids.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { callTypeId } from '../../ward/hospital/call-type-definition.js';
import type { Administrator } from '../shared/audited-changes.js';
import { departmentDeadlines, type DepartmentDeadlines, typeDeadlines, type TypeDeadlines } from './deadlines-schema.js';
import { EscalationAdminService } from './escalation-admin.service.js';

/** A department's own deadlines, for all calls or for one type. Calls keep the policy they were placed under. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/departments/:dept/escalation')
export class EscalationAdminController {
  constructor(private readonly policies: EscalationAdminService) {}

  /** `own`: whether the department overrides types and settings; `types`: the types for which it has deadlines of their own. */
  @Get()
  get(@Param('dept', { schema: slug }) dept: string) {
    return this.policies.department(dept);
  }

  @Put()
  put(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: departmentDeadlines }) body: DepartmentDeadlines,
  ) {
    return this.policies.setDepartment(by, dept, body);
  }

  /** Back to the types' and the settings'. */
  @Delete()
  @HttpCode(204)
  delete(@CurrentAdministrator() by: Administrator, @Param('dept', { schema: slug }) dept: string): Promise<void> {
    return this.policies.resetDepartment(by, dept);
  }

  /** The ladder of a new call of the type in the department. `own` is true when the department overrides it for this type. */
  @Get(':type')
  getType(@Param('dept', { schema: slug }) dept: string, @Param('type', { schema: callTypeId }) type: string) {
    return this.policies.type(dept, type);
  }

  @Put(':type')
  putType(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Param('type', { schema: callTypeId }) type: string,
    @Body({ schema: typeDeadlines }) body: TypeDeadlines,
  ) {
    return this.policies.setType(by, dept, type, body);
  }

  @Delete(':type')
  @HttpCode(204)
  deleteType(
    @CurrentAdministrator() by: Administrator,
    @Param('dept', { schema: slug }) dept: string,
    @Param('type', { schema: callTypeId }) type: string,
  ): Promise<void> {
    return this.policies.resetType(by, dept, type);
  }
}
