import { Global, Module } from '@nestjs/common';
import { IdempotentCommands } from './idempotent-commands.js';

@Global()
@Module({ providers: [IdempotentCommands], exports: [IdempotentCommands] })
export class CommandsModule {}
