import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ACCESS, type Access } from '../../identity/access/access.js';
import type { StationPrincipal } from '../../identity/access/principal.js';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import { DomainError } from '../../platform/common/errors.js';
import { stationKeyHash } from './station-keys.js';
import { StationsService } from './stations.service.js';
import { WrongKeys } from './wrong-keys.js';

const BEARER = /^Bearer ([\w-]{1,200})$/i;

/** Lets stations in, to the routes that are theirs. */
@Injectable()
export class StationKeyGuard implements CanActivate {
  constructor(
    private readonly stations: StationsService,
    private readonly reflector: Reflector,
    private readonly wrongKeys: WrongKeys,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [context.getHandler(), context.getClass()]);
    if (access !== 'station') return true;
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const key = BEARER.exec(request.headers.authorization ?? '')?.[1];
    request.principal = await this.stationOf(key ?? '', request);
    request.isKeyValid = async () => key !== undefined && (await this.stations.findByKey(key)) !== undefined;
    return true;
  }

  private async stationOf(key: string, request: GuardedRequest): Promise<StationPrincipal> {
    const hash = stationKeyHash(key).toString('hex');
    const address = request.clientAddress ?? '';
    await this.wrongKeys.requireLookup(hash, address, isPress(request));
    const station = key === '' ? undefined : await this.stations.findByKey(key);
    if (station) {
      this.wrongKeys.right(hash);
      return station;
    }
    await this.wrongKeys.wrong(hash, address);
    const isWrong = request.headers.authorization !== undefined;
    throw new DomainError('UNAUTHENTICATED', 'a valid station key is needed', isWrong ? { refusal: 'access.station_key' } : {});
  }
}

function isPress({ method, url }: GuardedRequest): boolean {
  return method === 'POST' && url?.split('?', 1)[0] === '/api/v1/stations/self/calls';
}
