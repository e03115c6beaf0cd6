import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ServerState } from '../../platform/common/server-state.js';
import { isFrame } from './guarded-connection.js';

/** A node on its way out takes nobody new. */
@Injectable()
export class DrainingGuard implements CanActivate {
  constructor(private readonly state: ServerState) {}

  canActivate(context: ExecutionContext): boolean {
    if (!isFrame(context)) this.state.requireStaying();
    return true;
  }
}
