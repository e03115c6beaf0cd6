import { Module } from '@nestjs/common';
import { ExpiringRecords } from './retention/expiring-records.service.js';
import { Exports } from './retention/exports.js';
import { Retention } from './retention/retention.service.js';

/** The log and the record do not grow for ever. */
@Module({ providers: [ExpiringRecords, Exports, Retention] })
export class RetentionModule {}
