import { Global, Module } from '@nestjs/common';
import { AuditQueryService } from './audit/audit-query.service.js';
import { RefusalRecorder } from '../platform/common/refusal-recorder.js';
import { Refusals } from './audit/refusals.service.js';
import { AuditLog, signInMetricProvider } from './audit/audit-log.service.js';

@Global()
@Module({
  providers: [signInMetricProvider, AuditLog, AuditQueryService, Refusals, { provide: RefusalRecorder, useExisting: Refusals }],
  exports: [AuditLog, AuditQueryService, RefusalRecorder],
})
export class AuditModule {}
