import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Roles } from '../../identity/access/access.js';
import { DomainError } from '../../platform/common/errors.js';
import { FacilityService, type FacilityView } from '../../ward/hospital/facility.service.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';
import { facilityPatch, type FacilityPatch } from './facility-schema.js';

/** The hospital's name, time zone, languages and shifts. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/facility')
export class FacilityAdminController {
  constructor(
    private readonly facility: FacilityService,
    private readonly changes: AuditedChanges,
  ) {}

  @Get()
  read(): Promise<FacilityView> {
    return this.facility.read();
  }

  @Patch()
  update(
    @CurrentAdministrator() by: Administrator,
    @Body({ schema: facilityPatch }) { name, time_zone, languages, shifts }: FacilityPatch,
  ): Promise<FacilityView> {
    const detail = { name, time_zone, languages, shifts };
    return this.changes.run(by, { action: 'facility.update', target: 'facility', detail }, async (tx, directory) => {
      const before = await this.facility.lock(tx);
      if (time_zone !== undefined && !(await this.facility.knowsZone(tx, time_zone))) {
        throw new DomainError('VALIDATION_FAILED', 'the database does not know the time zone', {
          details: { fields: [{ path: 'time_zone', problem: 'unknown' }] },
        });
      }
      const after: FacilityView = {
        name: name ?? before.name,
        time_zone: time_zone ?? before.time_zone,
        languages: languages ?? before.languages,
        shifts: shifts ?? before.shifts,
      };
      await this.facility.write(tx, after);
      await directory.changedEverywhere('facility');
      return after;
    });
  }
}
