import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { asParam, CurrentReader, ForReaders } from '../../identity/access/access.js';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { limitParam } from '../../platform/common/values/paging.js';
import { DeliveryProgress } from '../delivery/delivery-progress.js';
import { departmentsParam, placesParam } from './department-places.js';
import { DepartmentsPollService } from './departments-poll.service.js';
import { goneSignal, waitParam } from './long-poll.js';

const pollQuery = z.strictObject({
  dept: departmentsParam,
  after: placesParam.optional(),
  epoch: z.string().max(64).optional(),
  limit: limitParam,
  wait: waitParam,
  ...asParam,
});

/** Several departments' logs by one long poll, for clients without a socket or a stream. */
@ApiTags('departments')
@Controller('api/v1/events')
export class DepartmentsPollController {
  constructor(
    private readonly polls: DepartmentsPollService,
    private readonly progress: DeliveryProgress,
  ) {}

  /** A page of each log behind `after`, as `icu:12,med:3`. With `wait`, when there is nothing yet: as soon as there is. */
  @ForReaders()
  @Get()
  poll(
    @CurrentReader() reader: ReaderPrincipal,
    @Query({ schema: pollQuery }) { dept: depts, after, epoch, limit, wait }: z.infer<typeof pollQuery>,
    @Res({ passthrough: true }) response: Response,
  ) {
    const poll = { depts, after: after ?? new Map<string, number>(), epoch: epoch === '' ? undefined : epoch, limit, wait };
    return this.polls.poll(reader, poll, this.progress, goneSignal(response));
  }
}
