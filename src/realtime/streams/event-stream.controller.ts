import { Controller, Get, Headers, Inject, Param, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { asParam, CurrentReader, ForReaders } from '../../identity/access/access.js';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { notFound } from '../../platform/common/errors.js';
import { slug } from '../../platform/common/values/ids.js';
import { HTTP_SETTINGS } from '../../platform/config/config.module.js';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';
import { CONNECTION_GUARDS } from '../capacity/connection-guards.js';
import type { ConnectionRequest } from '../capacity/guarded-connection.js';
import { EventStreams } from './event-streams.service.js';

const seq = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const streamQuery = z.strictObject({ after: seq.optional(), epoch: z.string().min(1).max(64).optional(), ...asParam });

/** A department's events as a stream, for clients whose network lets no WebSocket through. */
@ApiTags('departments')
@Controller('api/v1/departments/:dept')
export class EventStreamController {
  constructor(
    private readonly streams: EventStreams,
    @Inject(HTTP_SETTINGS) private readonly settings: HttpSettings,
  ) {}

  /** Server-sent events; resumes by `Last-Event-ID` (or, the first time, `?after=`) and `?epoch=`. */
  @ForReaders()
  @Get('events/stream')
  @UseGuards(...CONNECTION_GUARDS)
  async stream(
    @CurrentReader() reader: ReaderPrincipal,
    @Param('dept', { schema: slug }) dept: string,
    @Query({ schema: streamQuery }) { after, epoch }: z.infer<typeof streamQuery>,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: ConnectionRequest,
    @Res() response: Response,
  ): Promise<void> {
    if (!this.settings.HTTP_FALLBACK) throw notFound('path');
    // An id that is no number is not from us: the client starts from a snapshot.
    const resumed = seq.safeParse(lastEventId).data;
    await this.streams.follow(reader, dept, { after: resumed ?? after, epoch }, response, request.slot);
  }
}
