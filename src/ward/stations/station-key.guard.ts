import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ACCESS, type Access } from '../../identity/access/access.js';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import { DomainError } from '../../platform/common/errors.js';
import { StationsService } from './stations.service.js';

const BEARER = /^Bearer ([\w-]{1,200})$/i;

/** Lets stations in, to the routes that are theirs. */
@Injectable()
export class StationKeyGuard implements CanActivate {
  constructor(
    private readonly stations: StationsService,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [context.getHandler(), context.getClass()]);
    if (access !== 'station') return true;
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const key = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const find = () => (key === undefined ? Promise.resolve(undefined) : this.stations.findByKey(key));
    const station = await find();
    if (!station) {
      const isWrong = request.headers.authorization !== undefined;
      throw new DomainError('UNAUTHENTICATED', 'a valid station key is needed', isWrong ? { refusal: 'access.station_key' } : {});
    }
    request.principal = station;
    request.isKeyValid = async () => (await find()) !== undefined;
    return true;
  }
}
