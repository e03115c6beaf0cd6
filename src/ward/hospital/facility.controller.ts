import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ForReaders } from '../../identity/access/access.js';
import { FacilityService, type FacilityView } from './facility.service.js';

@ApiTags('departments')
@Controller('api/v1/facility')
export class FacilityController {
  constructor(private readonly facility: FacilityService) {}

  /** The hospital's name, time zone, languages and shifts, for everybody who is signed in, and for boards. */
  @ForReaders()
  @Get()
  read(): Promise<FacilityView> {
    return this.facility.read();
  }
}
