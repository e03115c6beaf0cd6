import type { CanActivate, DynamicModule, Type } from '@nestjs/common';
import type { IdentityProvider } from './identity/access/identity-provider.js';
import type { DispatchStrategy } from './ward/calls/dispatch/dispatch-strategy.js';
import type { EscalationPolicyProvider } from './ward/calls/policies/escalation-policy.js';
import type { NotifierProvider } from './ward/notifications.module.js';
import type { RoomAuthorizerProvider } from './rooms/rooms.module.js';

/** What a hospital of one's own puts in the place of a default, or beside it. */
export interface Extensions {
  /** How a request becomes a user; Wardline's own sign-in, unless given. */
  identityProvider?: Type<IdentityProvider>;
  /** Which nurse is asked next; round robin, unless given. */
  dispatchStrategy?: Type<DispatchStrategy>;
  /** When a call climbs; by department, else as set, unless given. */
  escalationPolicies?: Type<EscalationPolicyProvider>;
  /** Systems outside of Wardline that are informed of calls, each with a queue of its own; none, unless given. */
  notifiers?: readonly NotifierProvider[];
  /** What clients may do with rooms; nothing, unless given. */
  roomAuthorizer?: RoomAuthorizerProvider;
  /** What a socket's upgrade passes, in this order; DEFAULT_UPGRADE_GUARDS, unless given. */
  upgradeGuards?: readonly Type<CanActivate>[];
  /** Features of one's own: commands, events, work with a deadline. */
  modules?: readonly (Type | DynamicModule)[];
}

/** The one place to name them; docs/extending.md shows each. */
export const extensions: Extensions = {};
