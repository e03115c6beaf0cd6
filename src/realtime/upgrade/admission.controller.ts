import { Controller, Get, Req } from '@nestjs/common';
import { ApiOkResponse, type ApiResponseSchemaHost, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Public } from '../../identity/access/access.js';
import type { ConnectionRequest } from '../capacity/guarded-connection.js';
import { Admission, type AdmissionView, admissionView } from './admission.js';

@ApiTags('sockets')
@Public()
@Controller('api/v1/ws')
export class AdmissionController {
  constructor(private readonly admission: Admission) {}

  /** What `GET /ws` would come to for this client now, when to try again, and what to use meanwhile. Counts and takes nothing. */
  @Get('admission')
  @ApiOkResponse({ schema: z.toJSONSchema(admissionView) as ApiResponseSchemaHost['schema'] })
  tell(@Req() request: ConnectionRequest): Promise<AdmissionView> {
    return this.admission.of(request);
  }
}
