import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { toApiError } from './client/api-error.js';
import { explainConnection } from './client/explain-connection.js';
import { readFirstRun, type FirstRunStation } from './client/first-run.js';
import { HttpClient } from './client/http-client.js';
import { UsageError, invocation, messageOf } from './client/invocation.js';
import { PRESS_USAGE, readPressOptions, type PressOptions } from './client/press-options.js';
import { resolveTarget } from './client/target.js';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const HTTP_CREATED = 201;
const SHOWN_STATIONS = 5;

const DEFAULT_TYPE: Readonly<Record<FirstRunStation['kind'], string>> = {
  bedside: 'patient_normal',
  bathroom: 'bath_emergency',
  staff_console: 'staff_assist',
};

const callSchema = z.object({
  id: z.string(),
  type: z.string(),
  state: z.string(),
  repeats: z.number().default(0),
});

function findStation(stations: readonly FirstRunStation[], id: string): FirstRunStation {
  const station = stations.find((candidate) => candidate.id === id);
  if (station !== undefined) return station;
  const some = stations.slice(0, SHOWN_STATIONS).map((candidate) => candidate.id);
  const more = stations.length > some.length ? `, … (${String(stations.length)} in all)` : '';
  throw new UsageError(`there is no station "${id}"; there are ${some.join(', ')}${more}`);
}

async function press(options: PressOptions): Promise<string> {
  const firstRun = readFirstRun(options.dataDir);
  const station = findStation(firstRun.stations, options.stationId);
  const target = resolveTarget(options.url ?? firstRun.url, options.dataDir, options.insecure);
  if (options.insecure) process.stderr.write('the certificate is NOT verified (--insecure)\n');
  const http = new HttpClient(target);
  try {
    const answer = await http.send('POST', '/api/v1/stations/self/calls', {
      headers: { authorization: `Bearer ${station.key}`, 'idempotency-key': randomUUID() },
      body: { type: options.type ?? DEFAULT_TYPE[station.kind] },
    });
    if (answer.status < 200 || answer.status > 299) throw toApiError(`press of ${station.id}`, answer);
    const call = callSchema.parse(answer.body);
    const news = answer.status === HTTP_CREATED ? 'new' : `repeated, pressed ${String(call.repeats + 1)} times`;
    return `${station.id}: call ${call.id}, ${call.type}, ${call.state}, ${news}`;
  } catch (error) {
    throw explainConnection(error, target);
  } finally {
    http.close();
  }
}

async function main(): Promise<number> {
  try {
    const options = readPressOptions(invocation());
    const line = options === 'help' ? PRESS_USAGE : await press(options);
    process.stdout.write(`${line}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
  }
}

process.exitCode = await main();
