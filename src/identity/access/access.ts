import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiCookieAuth, ApiQuery } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainError } from '../../platform/common/errors.js';
import type { ReaderPrincipal, Role, StaffPrincipal, StationPrincipal } from './principal.js';
import type { GuardedRequest } from './guarded-request.js';

/** The mark of a public route for its description; the published document does not show it. */
export const PUBLIC_MARK = 'x-wardline-public';
export const ACCESS = 'wardline:access';
export const ROLES = 'wardline:roles';

/** The callers that a route admits. Without a decorator: signed-in staff. */
export type Access = 'public' | 'staff' | 'station';

/** Anybody. */
export const Public = () => applyDecorators(SetMetadata(ACCESS, 'public' satisfies Access), ApiExtension(PUBLIC_MARK, true));
/** Stations, by their key. */
export const ForStations = () => applyDecorators(SetMetadata(ACCESS, 'station' satisfies Access), ApiBearerAuth('station'));
/** Signed-in staff of one of these roles. */
export const Roles = (...roles: Role[]) => applyDecorators(SetMetadata(ROLES, roles), ApiCookieAuth('session'));

export const BEFORE_PASSWORD_CHANGE = 'wardline:before-password-change';
/** Open to a person whose password was set by another person and is not changed yet. Other routes are not. */
export const BeforePasswordChange = () => SetMetadata(BEFORE_PASSWORD_CHANGE, true);

export const OPEN_TO_BOARDS = 'wardline:open-to-boards';
/** Open to wall boards (`?as=board`) as well as to signed-in staff. */
export const ForReaders = () =>
  applyDecorators(
    SetMetadata(OPEN_TO_BOARDS, true),
    ApiQuery({ name: 'as', required: false, enum: ['board'], description: 'read as the wall board of this browser, by its own cookie' }),
  );
/** The parameter by which a wall board asks, for routes that refuse parameters they do not know. */
export const asParam = { as: z.literal('board').optional() };

/** The reader of the request: a signed-in person, or a wall board. */
export const CurrentReader = createParamDecorator((_: unknown, context: ExecutionContext): ReaderPrincipal => {
  const { principal } = context.switchToHttp().getRequest<GuardedRequest>();
  if (principal?.kind !== 'staff' && principal?.kind !== 'board') throw new DomainError('UNAUTHENTICATED', 'sign in first');
  return principal;
});

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
