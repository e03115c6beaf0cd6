import { Controller, Get, Headers, Inject, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { departmentsParam, placesParam } from '../../events/transports/department-places.js';
import { asParam, CurrentReader, ForReaders } from '../../identity/access/access.js';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { notFound } from '../../platform/common/errors.js';
import { HTTP_SETTINGS } from '../../platform/config/config.module.js';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';
import { CONNECTION_GUARDS } from '../capacity/connection-guards.js';
import type { ConnectionRequest } from '../capacity/guarded-connection.js';
import { EventStreams } from './event-streams.service.js';

const streamQuery = z.strictObject({
  dept: departmentsParam,
  after: placesParam.optional(),
  epoch: z.string().min(1).max(64).optional(),
  ...asParam,
});

/** Several departments' events in one stream, which counts once against the session's connections. */
@ApiTags('departments')
@Controller('api/v1/events')
export class DepartmentsStreamController {
  constructor(
    private readonly streams: EventStreams,
    @Inject(HTTP_SETTINGS) private readonly settings: HttpSettings,
  ) {}

  /** Server-sent events; resumes by `Last-Event-ID` (or, the first time, `?after=icu:12,med:3`) and `?epoch=`. */
  @ForReaders()
  @Get('stream')
  @UseGuards(...CONNECTION_GUARDS)
  async stream(
    @CurrentReader() reader: ReaderPrincipal,
    @Query({ schema: streamQuery }) { dept: depts, after, epoch }: z.infer<typeof streamQuery>,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: ConnectionRequest,
    @Res() response: Response,
  ): Promise<void> {
    if (!this.settings.HTTP_FALLBACK) throw notFound('path');
    // An id that is not one of ours says nothing: the first place counts.
    const places = placesParam.safeParse(lastEventId).data ?? after;
    const points = new Map(depts.map((dept) => [dept, { after: places?.get(dept), epoch }]));
    await this.streams.followAll(reader, points, response, request.slot);
  }
}
