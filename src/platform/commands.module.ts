import { Global, Module } from '@nestjs/common';
import { IdempotentCommands } from './idempotency/idempotent-commands.js';

@Global()
@Module({ providers: [IdempotentCommands], exports: [IdempotentCommands] })
export class CommandsModule {}
