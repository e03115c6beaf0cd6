import { Global, Module } from '@nestjs/common';
import { CallsModule } from './calls.module.js';
import { GuestCalls } from './guests/guest-calls.service.js';
import { GuestController } from './guests/guest.controller.js';
import { GuestDevices } from './guests/guest-devices.js';
import { GuestEntry } from './guests/guest-entry.js';
import { GuestLinks } from './guests/guest-links.service.js';
import { GuestVisitors } from './guests/guest-visitors.js';

/** A page for each bed from which a patient or a relative can call. */
@Global()
@Module({
  imports: [CallsModule],
  controllers: [GuestController],
  providers: [GuestLinks, GuestDevices, GuestVisitors, GuestEntry, GuestCalls],
  exports: [GuestLinks],
})
export class GuestsModule {}
