import type { CanActivate, Type } from '@nestjs/common';

/** The injection token of the guards that a socket's upgrade passes: classes, in their order. */
export const UPGRADE_GUARDS = Symbol('upgrade guards');

/** Guards of the upgrade, in their order. */
export type UpgradeGuards = readonly Type<CanActivate>[];
