import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ServerState } from '../common/server-state.js';
import { OPERATIONS_SETTINGS } from '../config/config.module.js';
import type { OperationsSettings } from '../config/operations.settings.js';
import { isFrame, refusal } from './guarded-connection.js';

/** A node on its way out takes nobody new. */
@Injectable()
export class DrainingGuard implements CanActivate {
  constructor(
    private readonly state: ServerState,
    @Inject(OPERATIONS_SETTINGS) private readonly operations: OperationsSettings,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (isFrame(context) || !this.state.isLeaving) return true;
    throw refusal('UNAVAILABLE', 'draining', 'this node is leaving, connect again', this.operations.SHUTDOWN_RECONNECT_SEC);
  }
}
