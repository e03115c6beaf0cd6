import { Global, Module } from '@nestjs/common';
import { LiveLimits } from './live-limits.service.js';

/** How much this node and its clients may do, changed while it runs. Knows no feature. */
@Global()
@Module({ providers: [LiveLimits], exports: [LiveLimits] })
export class LimitsModule {}
