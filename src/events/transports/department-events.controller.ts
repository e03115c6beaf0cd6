import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { asParam, CurrentReader, ForReaders } from '../../identity/access/access.js';
import { DepartmentAccess } from '../../identity/access/department-access.js';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { notFound } from '../../platform/common/errors.js';
import { slug } from '../../platform/common/values/ids.js';
import { limitParam } from '../../platform/common/values/paging.js';
import { DepartmentSnapshots } from '../snapshots/department-snapshots.js';
import { DeliveryProgress } from '../delivery/delivery-progress.js';
import { EventPages } from './event-pages.js';
import { goneSignal, waitParam } from './long-poll.js';
import { ReaderWait } from './reader-wait.js';
import { LogEpoch } from '../log/log-epoch.js';

const eventsQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .default(0),
  limit: limitParam,
  wait: waitParam,
  ...asParam,
});

/** A department's log and picture, for clients without a socket and for fetching what was skipped. */
@ApiTags('departments')
@Controller('api/v1/departments/:dept')
export class DepartmentEventsController {
  constructor(
    private readonly access: DepartmentAccess,
    private readonly pages: EventPages,
    private readonly snapshots: DepartmentSnapshots,
    private readonly epoch: LogEpoch,
    private readonly wait: ReaderWait,
    private readonly progress: DeliveryProgress,
  ) {}

  /** Open calls and staff at one instant. */
  @ForReaders()
  @Get('snapshot')
  @Header('Content-Type', 'application/json; charset=utf-8')
  async snapshot(@CurrentReader() reader: ReaderPrincipal, @Param('dept', { schema: slug }) dept: string) {
    this.access.require(reader, dept);
    const snapshot = await this.snapshots.read(dept);
    if (!snapshot) throw notFound('department');
    this.progress.handed(reader, dept, snapshot.seq);
    return { dept, epoch: this.epoch.current, seq: snapshot.seq, data: JSON.parse(snapshot.data) as unknown };
  }

  /** A page of the log, in order. With `wait`, when there is nothing yet: as soon as there is, or after so many seconds. */
  @ForReaders()
  @Get('events')
  async events(
    @CurrentReader() reader: ReaderPrincipal,
    @Param('dept', { schema: slug }) dept: string,
    @Query({ schema: eventsQuery }) { after, limit, wait }: z.infer<typeof eventsQuery>,
    @Res({ passthrough: true }) response: Response,
  ) {
    this.access.require(reader, dept);
    const { head } = await this.pages.head(dept);
    // A client asks for what follows what it has: its receipt of everything before.
    if (after > 0) this.progress.acknowledged(reader, dept, after);
    if (wait > 0 && after >= head) await this.wait.next(reader, new Map([[dept, head]]), wait, goneSignal(response));
    const items = await this.pages.read(dept, after, limit);
    const last = items.at(-1);
    if (last) this.progress.handed(reader, dept, last.seq);
    return { items, head: Math.max(head, last?.seq ?? 0), epoch: this.epoch.current };
  }
}
