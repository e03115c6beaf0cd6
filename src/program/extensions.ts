import type { CanActivate, DynamicModule, Type } from '@nestjs/common';
import type { Backplane } from '../cluster/ports/backplane.js';
import type { OwnEvent } from '../events/log/event-catalog.js';
import type { IdentityProvider } from '../identity/access/identity-provider.js';
import type { Implementation } from '../platform/extensions/implementation.js';
import type { RoomAuthorizer } from '../rooms/room-authorizer.js';
import type { DispatchStrategy } from '../ward/calls/dispatch/dispatch-strategy.js';
import type { EscalationPolicyProvider } from '../ward/calls/policies/escalation-policy.js';
import type { RoleDefinition } from '../identity/roles/role-definition.js';
import type { Notifier } from '../ward/notifications/notifier.js';

/** A TypeORM entity. */
export type EntityClass = abstract new (...args: never[]) => object;

/** Code of a hospital's own, in the place of a default or added to it. */
export interface Extensions {
  /** How a request becomes a user; Wardline's own sign-in, unless given. */
  identityProvider?: Implementation<IdentityProvider>;
  /** The choice of the nurse who is asked next; round robin by default. */
  dispatchStrategy?: Implementation<DispatchStrategy>;
  /** When a call climbs; by department, else as set, unless given. */
  escalationPolicy?: Implementation<EscalationPolicyProvider>;
  /** Systems outside of Wardline that are informed of calls, each with a queue of its own; none, unless given. */
  notifiers?: readonly Implementation<Notifier>[];
  /** The rights of clients in rooms; none by default. */
  roomAuthorizer?: Implementation<RoomAuthorizer>;
  /** The state that the nodes share; by default Redis with REDIS_URL, else none. */
  backplane?: Implementation<Backplane>;
  /** The guards of a socket's upgrade, in this order; DEFAULT_UPGRADE_GUARDS, unless given. */
  upgradeGuards?: readonly Type<CanActivate>[];
  /** Features: commands, events, work with a deadline. Their exports can be injected everywhere. */
  modules?: readonly (Type | DynamicModule)[];
  /** Roles next to nurse, manager and admin: each start brings the table to what is written here. */
  roles?: readonly RoleDefinition[];
  /** Types of events of those features, each with the schema of its `data`. They are declared at the start, and are in the published protocol. */
  events?: Readonly<Record<string, OwnEvent>>;
  /** TypeORM entities of those features. */
  entities?: readonly EntityClass[];
}
