import type { ModulesContainer } from '@nestjs/core';
import type { OwnEvent } from '../events/log/event-catalog.js';
import { type ClientFrame, framesOf, GATEWAYS } from './schemas/client-frames.js';

/** The frames and events that a hospital adds to the protocol. */
export interface OwnProtocol {
  readonly frames: readonly ClientFrame[];
  readonly events: Readonly<Record<string, OwnEvent>>;
}

export const NOTHING_OWN: OwnProtocol = { frames: [], events: {} };

/** The frames that the application's other gateways handle. Modules of an application in preview mode is enough: nothing is instantiated. */
export function ownFramesOf(modules: ModulesContainer): ClientFrame[] {
  const ours = new Set<unknown>(GATEWAYS);
  const classes = [...modules.values()].flatMap(({ providers }) => [...providers.values()].map(({ metatype }) => metatype));
  const own = new Set(classes.filter((one) => typeof one === 'function' && 'prototype' in one && !ours.has(one)));
  return [...own].flatMap((one) => framesOf(one as abstract new (...args: never[]) => object));
}
