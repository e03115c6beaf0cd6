import { Module } from '@nestjs/common';
import { ExpiringRecords } from './expiring-records.service.js';
import { Exports } from './exports.js';
import { Retention } from './retention.service.js';

/** The log and the record do not grow for ever. */
@Module({ providers: [ExpiringRecords, Exports, Retention] })
export class RetentionModule {}
