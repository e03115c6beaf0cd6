import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { FaultCalls } from './fault-calls.js';
import { StationEvents } from './station-events.js';
import { StationRecovery } from './station-recovery.js';
import { StationSupervision } from './station-supervision.js';

/** Devices that fall silent call for help themselves. */
@Module({ imports: [CallsModule], providers: [StationEvents, FaultCalls, StationSupervision, StationRecovery] })
export class SupervisionModule {}
