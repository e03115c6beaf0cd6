import { Command } from 'commander';
import { renderOwnTypes } from '../../protocol/own-types.js';
import { renderAsyncApi } from '../../protocol/render.js';
import { answer, programOf } from '../context.js';
import { CommandFailed, EXIT } from '../exit.js';
import { ownProtocolOf, renderOpenApi } from './openapi.js';

export function protocolCommand(): Command {
  return new Command('protocol')
    .description('print OpenAPI, AsyncAPI and their schemas, those of the hospital included')
    .option('--types', 'print TypeScript for @wardline/client: the events and commands of the hospital')
    .action(async ({ types }: { types?: true }, command: Command) => {
      const program = await programOf(command);
      const own = await ownProtocolOf(program);
      if (types) {
        if (!program.hospital) throw new CommandFailed(EXIT.usage, 'protocol --types: name the hospital’s program with --hospital');
        const text = renderOwnTypes(program.hospital.name, own);
        answer(command, { types: text }, text.trimEnd());
        return;
      }
      process.stdout.write(
        `${JSON.stringify({ openapi: await renderOpenApi(program), asyncapi: JSON.parse(renderAsyncApi(own)) as unknown })}\n`,
      );
    });
}
