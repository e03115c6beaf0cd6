import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentStation, ForStations } from '../../identity/access/access.js';
import type { StationPrincipal } from '../../identity/access/principal.js';
import { notFound } from '../../platform/common/errors.js';
import { noBody, type NoBody } from '../../platform/common/values/validation.js';
import { StationsService, type StationView } from './stations.service.js';

@ApiTags('stations')
@ForStations()
@Controller('api/v1/stations/self')
export class StationsController {
  constructor(private readonly stations: StationsService) {}

  @Get()
  async self(@CurrentStation() station: StationPrincipal): Promise<StationView> {
    const view = await this.stations.describe(station.id);
    if (!view) throw notFound('station');
    return view;
  }

  @Post('heartbeat')
  @HttpCode(200)
  async heartbeat(@CurrentStation() station: StationPrincipal, @Body({ schema: noBody }) _body: NoBody): Promise<{ last_seen_at: string }> {
    return { last_seen_at: await this.stations.heartbeat(station.id) };
  }
}
