import { Module } from '@nestjs/common';
import { StaffingModule } from '../staffing/staffing.module.js';
import { DispatchStrategy } from './dispatch-strategy.js';
import { RoundRobinDispatch } from './round-robin-dispatch.js';

/** Which nurse is asked next. */
@Module({
  imports: [StaffingModule],
  providers: [{ provide: DispatchStrategy, useClass: RoundRobinDispatch }],
  exports: [DispatchStrategy],
})
export class DispatchModule {}
