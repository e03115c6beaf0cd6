import { Controller, Get, Req } from '@nestjs/common';
import { ApiOkResponse, type ApiResponseSchemaHost, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Public } from '../../identity/access/access.js';
import type { ConnectionRequest } from '../capacity/guarded-connection.js';
import { UpgradePreview, type AdmissionView, admissionView } from './upgrade-preview.js';

@ApiTags('sockets')
@Public()
@Controller('api/v1/ws')
export class AdmissionController {
  constructor(private readonly admission: UpgradePreview) {}

  /**
   * The result of `GET /ws` for this client now, the time of the next attempt, and the transport to use meanwhile. Counts and
   * takes nothing.
   */
  @Get('admission')
  @ApiOkResponse({ schema: z.toJSONSchema(admissionView) as ApiResponseSchemaHost['schema'] })
  tell(@Req() request: ConnectionRequest): Promise<AdmissionView> {
    return this.admission.of(request);
  }
}
