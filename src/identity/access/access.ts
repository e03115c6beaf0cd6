import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth } from '@nestjs/swagger';
import { DomainError } from '../../platform/common/errors.js';
import type { Role, StaffPrincipal, StationPrincipal } from './principal.js';
import type { GuardedRequest } from './guarded-request.js';

export const ACCESS = 'wardline:access';
export const ROLES = 'wardline:roles';

/** Who may call a route. Without a decorator: signed-in staff. */
export type Access = 'public' | 'staff' | 'station';

/** Anybody. */
export const Public = () => SetMetadata(ACCESS, 'public' satisfies Access);
/** Stations, by their key. */
export const ForStations = () => applyDecorators(SetMetadata(ACCESS, 'station' satisfies Access), ApiBearerAuth('station'));
/** Signed-in staff of one of these roles. */
export const Roles = (...roles: Role[]) => applyDecorators(SetMetadata(ROLES, roles), ApiCookieAuth('session'));

export const BEFORE_PASSWORD_CHANGE = 'wardline:before-password-change';
/** Open to a person whose password somebody else has set, and who has not changed it yet. Nothing else is. */
export const BeforePasswordChange = () => SetMetadata(BEFORE_PASSWORD_CHANGE, true);

/** The signed-in person of the request. */
export const CurrentStaff = createParamDecorator((_: unknown, context: ExecutionContext): StaffPrincipal => {
  const { principal } = context.switchToHttp().getRequest<GuardedRequest>();
  if (principal?.kind !== 'staff') throw new DomainError('UNAUTHENTICATED', 'sign in first');
  return principal;
});

/** The station of the request. */
export const CurrentStation = createParamDecorator((_: unknown, context: ExecutionContext): StationPrincipal => {
  const { principal } = context.switchToHttp().getRequest<GuardedRequest>();
  if (principal?.kind !== 'station') throw new DomainError('UNAUTHENTICATED', 'a station key is needed');
  return principal;
});
