import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { CurrentStation, ForStations } from '../../../identity/access/access.js';
import type { GuardedRequest } from '../../../identity/access/guarded-request.js';
import type { StationPrincipal } from '../../../identity/access/principal.js';
import { optionalKey } from '../../../platform/idempotency/idempotency-key.js';
import { uuid } from '../../../platform/common/values/ids.js';
import { StationCommandsService } from '../commands/station-commands.service.js';
import type { CallView } from '../call.js';
import { pressBody, stationCommandBody } from './call-schemas.js';
import { goneSignal, waitParam } from '../../../events/transports/long-poll.js';
import { ReassuranceLight } from './reassurance-light.js';
import { RaiseCallService } from '../commands/raise-call.service.js';

const lightQuery = z.strictObject({ wait: waitParam });

/** A station's routes: press, take back, show presence, light its lamp. */
@ApiTags('stations')
@ForStations()
@Controller('api/v1/stations/self/calls')
export class StationCallsController {
  constructor(
    private readonly raising: RaiseCallService,
    private readonly commands: StationCommandsService,
    private readonly light: ReassuranceLight,
  ) {}

  /** 201 with a new call; 200 with the one that is open already. */
  @Post()
  async press(
    @CurrentStation() station: StationPrincipal,
    @Body({ schema: pressBody }) { type }: z.infer<typeof pressBody>,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CallView> {
    const { call, repeated } = await this.raising.raiseAtStation(station, type, optionalKey(key));
    this.light.acted(station);
    response.status(repeated ? 200 : 201);
    return call;
  }

  /** The station's open calls. With `wait`: as soon as one of them changes, or after so many seconds. */
  @Get()
  async list(
    @CurrentStation() station: StationPrincipal,
    @Query({ schema: lightQuery }) { wait }: z.infer<typeof lightQuery>,
    @Req() { isKeyValid = () => Promise.resolve(false) }: GuardedRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ items: CallView[]; next_cursor: null }> {
    const items = wait > 0 ? await this.light.change(station, isKeyValid, wait, goneSignal(response)) : await this.light.now(station);
    return { items, next_cursor: null };
  }

  @Post(':id/cancel')
  @HttpCode(200)
  async cancel(
    @CurrentStation() station: StationPrincipal,
    @Param('id', { schema: uuid }) id: string,
    @Body({ schema: stationCommandBody }) _body: z.infer<typeof stationCommandBody>,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<CallView> {
    const call = await this.commands.cancel(station, id, optionalKey(key));
    this.light.acted(station);
    return call;
  }

  @Post(':id/presence')
  @HttpCode(200)
  async presence(
    @CurrentStation() station: StationPrincipal,
    @Param('id', { schema: uuid }) id: string,
    @Body({ schema: stationCommandBody }) _body: z.infer<typeof stationCommandBody>,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<CallView> {
    const call = await this.commands.showPresence(station, id, optionalKey(key));
    this.light.acted(station);
    return call;
  }
}
