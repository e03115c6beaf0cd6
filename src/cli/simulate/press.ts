import { randomUUID } from 'node:crypto';
import { nodeTransport } from '@wardline/client/node';
import { Command } from 'commander';
import { z } from 'zod';
import { answer, programOf } from '../context.js';
import { CommandFailed, EXIT } from '../exit.js';
import { reasonOf } from '../failure.js';
import { type DemoAccess, readDemoAccess } from '../first-run.js';

const PRESS_TIMEOUT_MS = 15_000;
const SHOWN_STATIONS = 5;
/** The type that a station raises, unless another is named. */
export const DEFAULT_TYPE = { bedside: 'patient_normal', bathroom: 'bath_emergency', staff_console: 'staff_assist' } as const;

const call = z.object({ id: z.string(), type: z.string(), state: z.string(), repeats: z.number() });
const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

interface PressOptions {
  dataDir?: string;
  url?: string;
}

export function pressCommand(): Command {
  return new Command('press')
    .description("press a station's button, with its key from first-run.json")
    .argument('<station>', 'as in first-run.json: icu-101-bed')
    .argument('[type]', 'patient_normal at a bed, bath_emergency in a bathroom, staff_assist at a console, unless given')
    .option('--data-dir <folder>', 'where Wardline keeps its data (DATA_DIR)')
    .option('--url <url>', 'where Wardline listens, when first-run.json is out of date')
    .action(async (id: string, type: string | undefined, options: PressOptions, command: Command) => {
      const access = readDemoAccess(options.dataDir ?? (await programOf(command)).config.database.DATA_DIR);
      const station = access.firstRun.stations.find((one) => one.id === id);
      if (!station) throw new CommandFailed(EXIT.data, `there is no station ${id}; there are ${someStations(access)}`);
      const url = options.url ?? access.firstRun.url;
      const { status, placed } = await press(access, url, station.key, type ?? DEFAULT_TYPE[station.kind]);
      const news = status === 201 ? 'new' : `repeated, pressed ${String(placed.repeats + 1)} times`;
      answer(command, { station: id, ...placed }, `${id}: call ${placed.id}, ${placed.type}, ${placed.state}, ${news}`);
    });
}

async function press(
  { ca }: DemoAccess,
  url: string,
  key: string,
  type: string,
): Promise<{ status: number; placed: z.infer<typeof call> }> {
  const transport = nodeTransport(ca ? { ca } : {});
  try {
    const response = await transport.fetch(new URL('/api/v1/stations/self/calls', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'idempotency-key': randomUUID(), 'content-type': 'application/json' },
      body: JSON.stringify({ type }),
      signal: AbortSignal.timeout(PRESS_TIMEOUT_MS),
    });
    const body: unknown = await response.json();
    const refused = refusal.safeParse(body);
    if (refused.success) {
      const { code, message } = refused.data.error;
      throw new CommandFailed(response.status >= 500 ? EXIT.unavailable : EXIT.data, `${code}: ${message}`);
    }
    return { status: response.status, placed: call.parse(body) };
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    throw new CommandFailed(EXIT.unavailable, `nothing answers at ${url} (${reasonOf(error)}): start Wardline first`, { cause: error });
  } finally {
    transport.close();
  }
}

function someStations({ firstRun: { stations } }: DemoAccess): string {
  const some = stations.slice(0, SHOWN_STATIONS).map(({ id }) => id);
  return `${some.join(', ')}${stations.length > some.length ? `, … (${String(stations.length)} in all)` : ''}`;
}
