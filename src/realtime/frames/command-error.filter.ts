import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Command } from './command.js';

/** Every gateway needs it: Nest's global filters never run for sockets. Hands the error to the command's answer. */
@Catch()
export class CommandErrorFilter implements ExceptionFilter {
  catch(exception: unknown, host: ArgumentsHost): void {
    host.switchToWs().getData<Command>().fail(exception);
  }
}
