import { Global, Module } from '@nestjs/common';
import { AuditQueryService } from './audit/audit-query.service.js';
import { AuditLog } from './audit/audit-log.service.js';

@Global()
@Module({ providers: [AuditLog, AuditQueryService], exports: [AuditLog, AuditQueryService] })
export class AuditModule {}
