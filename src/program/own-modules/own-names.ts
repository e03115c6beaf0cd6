import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { getToken } from '@willsoto/nestjs-prometheus';
import { register } from 'prom-client';
import { EventCatalog } from '../../events/log/event-catalog.js';
import { StartRefused } from '../../platform/common/start-refused.js';
import { settingPrefix } from '../../platform/config/own-settings.js';
import { Logger } from '../../platform/logging/logger.js';
import { MetricsRegistry } from '../../platform/metrics/metrics-registry.js';
import { EVENT_TYPES } from '../../protocol/schemas/event-types.js';
import { ownFramesOf } from '../../protocol/own-protocol.js';
import { declaredModules } from './declared-modules.js';
import type { Extensions } from '../extensions.js';
import { foreignNames } from '../foreign-names.js';

/** The hospital's own name, events and modules. */
export const OWN_PROGRAM = Symbol('own program');
export type OwnProgram = Pick<Extensions, 'events' | 'modules'> & { readonly name?: string };

const METRIC = getToken('');

/**
 * Declares the hospital's events, and holds every name that it adds to its own prefix: a later release of Wardline never takes one of them. Events that
 * only a module declares are in no published document: their schemas are known once the program runs.
 */
@Injectable()
export class OwnNames implements OnApplicationBootstrap {
  constructor(
    modules: ModulesContainer,
    private readonly catalog: EventCatalog,
    private readonly registry: MetricsRegistry,
    private readonly logger: Logger,
    @Inject(OWN_PROGRAM) private readonly program: OwnProgram,
  ) {
    catalog.declareAll(program.events ?? {});
    // Before Nest binds them: a frame of one of Wardline's names would have two handlers.
    const { name } = program;
    const frames = ownFramesOf(modules).map(({ type }) => type);
    if (name !== undefined) refuse(name, foreignNames('frame', frames, `${name}.`));
  }

  /** @throws StartRefused with a line for each name that is another's */
  onApplicationBootstrap(): void {
    const { name, modules = [], events: described = {} } = this.program;
    const provided = metricsOf(modules).map((token) => token.slice(METRIC.length).toLowerCase());
    this.registry.setOwn(provided);
    if (name === undefined) return;
    const events = this.catalog.types().filter((type) => !(type in EVENT_TYPES));
    // A metric that is made without a provider is in prom-client's default registry.
    const metrics = [...provided, ...register.getMetricsAsArray().map((metric) => metric.name.toLowerCase())];
    const prefix = settingPrefix(name);
    refuse(name, [...foreignNames('event', events, `${name}.`), ...foreignNames('metric', metrics, prefix.toLowerCase())]);
    const hidden = events.filter((type) => !(type in described));
    if (hidden.length > 0) this.logger.warn('own_events.unpublished', { types: hidden, advice: 'name them in `events` of defineHospital' });
  }
}

/** The tokens of the metrics that these modules, and those that they import, provide. They are in capitals. */
function metricsOf(modules: readonly unknown[]): string[] {
  const providers = declaredModules(modules).flatMap((one) => one.providers.flat());
  const tokens = providers.map((provider) => (typeof provider === 'object' ? provider.provide : undefined));
  return tokens.filter((token) => typeof token === 'string' && token.startsWith(METRIC)) as string[];
}

/** @throws StartRefused where there is a problem */
function refuse(name: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new StartRefused(problems.map((problem) => `hospital ${name}: ${problem}`));
}
