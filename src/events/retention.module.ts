import { Global, Module } from '@nestjs/common';
import { ExpiringRecords } from './retention/expiring-records.service.js';
import { Exports } from './retention/exports.js';
import { RetentionRules } from './retention/retention-rules.js';
import { Retention } from './retention/retention.service.js';

/** The log and the record do not grow for ever. */
@Global()
@Module({ providers: [ExpiringRecords, Exports, RetentionRules, Retention], exports: [RetentionRules] })
export class RetentionModule {}
