import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { Deliveries } from './deliveries.js';
import { LocalClients } from './local-clients.js';
import { RealtimeHub } from './realtime-hub.service.js';
import { ClosedRooms, RoomAuthorizer } from './room-authorizer.js';
import { RoomCommands } from './room-commands.service.js';
import { RoomPresence } from './room-presence.js';
import { RoomRate } from './room-rate.js';
import { RoomsGateway } from './rooms.gateway.js';
import { SocketOwners } from './socket-owners.js';

/** `{ provide: RoomAuthorizer, useClass: WardRooms }`. */
export type RoomAuthorizerProvider = Exclude<Provider<RoomAuthorizer>, Type>;

const CLOSED: RoomAuthorizerProvider = { provide: RoomAuthorizer, useClass: ClosedRooms };

/** Messages to people and rooms: ephemeral, never about calls. */
@Module({})
export class RoomsModule {
  static with(authorizer: RoomAuthorizerProvider = CLOSED): DynamicModule {
    return {
      module: RoomsModule,
      global: true,
      imports: [RealtimeModule],
      providers: [authorizer, LocalClients, Deliveries, RealtimeHub, RoomCommands, RoomRate, RoomPresence, RoomsGateway, SocketOwners],
      exports: [RealtimeHub],
    };
  }
}
