import { type DynamicModule, Module } from '@nestjs/common';
import { type Implementation, provideAs } from '../platform/extensions/implementation.js';
import { ExtensionGuard } from '../platform/extensions/extension-guard.js';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { GuardedRooms } from './guarded-rooms.js';
import { Deliveries } from './delivery/deliveries.js';
import { LocalClients } from './delivery/local-clients.js';
import { Messages } from './delivery/messages.service.js';
import { UserConnections } from './delivery/user-connections.js';
import { Rooms } from './room.js';
import { RealtimeHub } from './realtime-hub.service.js';
import { ClosedRooms, RoomAuthorizer } from './room-authorizer.js';
import { RoomCommands } from './room-commands.service.js';
import { RoomPresence } from './room-presence.js';
import { RoomRate } from './room-rate.js';
import { RoomsGateway } from './rooms.gateway.js';
import { SocketOwners } from './socket-owners.js';

const OWN_ROOMS = Symbol("a hospital's own room authoriser");

/** Messages to people and rooms: ephemeral, never about calls. */
@Module({})
export class RoomsModule {
  static with(authorizer?: Implementation<RoomAuthorizer>): DynamicModule {
    const inForce = authorizer
      ? [
          provideAs(OWN_ROOMS, authorizer),
          {
            provide: RoomAuthorizer,
            inject: [OWN_ROOMS, ExtensionGuard],
            useFactory: (own: RoomAuthorizer, guard: ExtensionGuard) => new GuardedRooms(own, guard),
          },
        ]
      : [{ provide: RoomAuthorizer, useClass: ClosedRooms }];
    return {
      module: RoomsModule,
      global: true,
      imports: [RealtimeModule],
      providers: [
        ...inForce,
        LocalClients,
        Deliveries,
        Messages,
        UserConnections,
        Rooms,
        RealtimeHub,
        RoomCommands,
        RoomRate,
        RoomPresence,
        RoomsGateway,
        SocketOwners,
      ],
      exports: [RealtimeHub],
    };
  }
}
