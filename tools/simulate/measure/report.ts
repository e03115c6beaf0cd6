import { writeJsonFile } from '../../bench/command/json-file.js';
import type { Percentiles } from './histogram.js';
import { percent, type RunFacts } from './outcome.js';

const LABEL = 28;
const COLUMN = 11;

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function ms(value: number): string {
  return value < 100 ? value.toFixed(2) : value.toFixed(0);
}

function row(label: string, cells: readonly string[]): string {
  return label.padEnd(LABEL) + cells.map((cell) => cell.padStart(COLUMN)).join('');
}

function timing(label: string, times: Percentiles): string {
  return row(label, [count(times.count), ms(times.p50), ms(times.p95), ms(times.p99), ms(times.max)]);
}

function named(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([name, value]) => `${name} ${count(value)}`);
  return parts.length === 0 ? '' : `  (${parts.join(', ')})`;
}

function goals({ options, measurements }: RunFacts): string[] {
  const { p50, p99 } = measurements.screenAll.percentiles();
  const line = (name: string, goal: number | undefined, value: number): string[] =>
    goal === undefined ? [] : [`${name} ${ms(value)} ms, goal ≤ ${String(goal)}: ${value <= goal ? 'met' : 'NOT met'}`];
  const all = [...line('p50', options.profile.goals.p50, p50), ...line('p99', options.profile.goals.p99, p99)];
  return all.length === 0 ? [] : [row('goals, button to screen', []) + all.join('; ')];
}

function verdict(facts: RunFacts, failures: readonly string[]): string {
  if (failures.length > 0) {
    return `RESULT: FAILED\n${failures.map((line) => `  - ${line}`).join('\n')}`;
  }
  return facts.interrupted ? 'RESULT: interrupted, nothing wrong until then' : 'RESULT: passed';
}

/** The result for people. */
export function table(facts: RunFacts, failures: readonly string[]): string {
  const { options, measurements: m, streams, audit, client, server } = facts;
  const { profile } = options;
  const auditLine =
    audit === undefined
      ? 'not made'
      : `${count(audit.events)} events in the logs, lost ${count(audit.lost)}, acknowledged without event ${count(audit.acknowledgedWithoutEvent.length)}`;
  const serverCpu =
    server === undefined
      ? 'server unknown'
      : `server ${server.cpu_share.toFixed(2)} (${server.rss_mb.toFixed(0)} MB, without its database)`;
  return [
    '',
    `Wardline under load: ${profile.name}${options.short ? ' (short)' : ''}, ${count(profile.nurses)} nurses in ${String(profile.departments)} departments, ` +
      `${count(profile.pressesPerMinute)} presses a minute, ${facts.measuredSec.toFixed(0)} s measured${facts.interrupted ? ', INTERRUPTED' : ''}`,
    '',
    row('milliseconds', ['count', 'p50', 'p95', 'p99', 'max']),
    timing('button to screen, each', m.screenAll.percentiles()),
    timing('button to screen, first', m.screenFirst.percentiles()),
    timing('press answered', m.pressRoundTrip.percentiles()),
    timing('accept answered', m.acceptRoundTrip.percentiles()),
    timing('client pressed late by', m.pressLateness.percentiles()),
    '',
    row('presses', [count(m.presses)]) + `  new calls ${count(m.created)}, repeats ${count(m.repeats)}`,
    row('calls accepted', [count(m.accepted)]) +
      `  arrived ${count(m.arrived)}, completed ${count(m.completed)}, accept lost to a colleague ${count(m.raced)}`,
    row('errors', [count(m.errors.total)]) +
      `  ${percent(m.errorRate)} of ${count(m.requests)} requests and commands, bound ${percent(profile.errorBound)}${named(m.errors.toObject())}`,
    ...(m.uncountedErrors.total === 0
      ? []
      : [row('errors outside that time', [count(m.uncountedErrors.total)]) + named(m.uncountedErrors.toObject())]),
    row('connections lost', [count(m.reconnects.total)]) +
      `  live at the end ${count(facts.liveAtEnd)} of ${count(streams.readers)}${named(m.reconnects.toObject())}`,
    row('gaps', [count(streams.gaps)]) +
      `  out of order ${count(streams.outOfOrder)}, skipped and fetched ${count(streams.skippedEvents)}, received ${count(streams.received)}`,
    row('audit', []) + `  ${auditLine}`,
    row('calls left open', [count(facts.clearedAfter)]) + `  from earlier runs ${count(facts.clearedBefore)}`,
    row('CPU, cores', []) + `  client ${client.cpu_share.toFixed(2)}, ${serverCpu}, whole machine ${client.machine_cpu_share.toFixed(2)}`,
    row('client event loop late by', []) + `  p99 ${ms(client.loop_delay_p99_ms)} ms, max ${ms(client.loop_delay_max_ms)} ms`,
    ...goals(facts),
    '',
    verdict(facts, failures),
    ...(m.samples.length === 0 ? [] : ['', 'first errors:', ...m.samples.map((line) => `  ${line}`)]),
    '',
  ].join('\n');
}

/** The result for machines; every setting that a comparison needs is in it. */
export function writeJson(file: string, facts: RunFacts, failures: readonly string[]): void {
  const { options, measurements: m } = facts;
  const content = {
    what: 'wardline simulate',
    profile: options.profile,
    settings: {
      url: facts.url,
      short: options.short,
      minutes: options.minutes,
      warm_up_sec: options.warmUpSec,
      seed: options.seed,
      pace_asked: options.pace,
      pace: facts.pace,
      stations: 'share a pool of kept-alive connections',
      server_limits: facts.limits,
    },
    machine: facts.machine,
    measured_sec: facts.measuredSec,
    interrupted: facts.interrupted,
    passed: failures.length === 0,
    failures,
    counts: {
      presses: m.presses,
      created: m.created,
      repeats: m.repeats,
      accepted: m.accepted,
      accepts_lost_to_a_colleague: m.raced,
      arrived: m.arrived,
      completed: m.completed,
      requests: m.requests,
      errors: m.errors.total,
      error_rate: m.errorRate,
      cleared_before: facts.clearedBefore,
      cleared_after: facts.clearedAfter,
      live_at_end: facts.liveAtEnd,
    },
    milliseconds: {
      button_to_screen_each: m.screenAll.percentiles(),
      button_to_screen_first: m.screenFirst.percentiles(),
      press_round_trip: m.pressRoundTrip.percentiles(),
      accept_round_trip: m.acceptRoundTrip.percentiles(),
      press_lateness: m.pressLateness.percentiles(),
    },
    errors_by_code: m.errors.toObject(),
    errors_outside_measured_time: m.uncountedErrors.toObject(),
    connections_lost: m.reconnects.toObject(),
    nurses_turned_away: m.stopped.toObject(),
    streams: facts.streams,
    audit: facts.audit,
    client: facts.client,
    server: facts.server,
    samples: m.samples,
  };
  writeJsonFile(file, content);
}
