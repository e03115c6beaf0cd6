import { ModulesContainer, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../../app.module.js';
import { sessionCookieName } from '../../identity/sessions/session-cookie.js';
import { createLogger } from '../../platform/logging/logger.js';
import type { Program } from '../../program/load-hospital.js';
import { ownFramesOf, type OwnProtocol } from '../../protocol/own-protocol.js';
import { openApiOf } from '../../protocol/openapi.js';

/** The application, of which nothing is made or started: no database is needed. */
async function preview({ hospital, config }: Program): Promise<NestExpressApplication> {
  const logger = await createLogger({ level: 'silent', pretty: false });
  const parts = { ...hospital, config, databaseUrl: 'postgresql://127.0.0.1/none', signingSecrets: ['none'] as const, logger };
  return NestFactory.create<NestExpressApplication>(AppModule.with(parts), { preview: true, logger: false });
}

/** The description of the HTTP API, that of the hospital included. */
export async function renderOpenApi(program: Program): Promise<object> {
  return openApiOf(await preview(program), sessionCookieName(program.config.http));
}

/** The frames and events that the hospital adds. */
export async function ownProtocolOf(program: Program): Promise<OwnProtocol> {
  const events = program.hospital?.events ?? {};
  return { frames: ownFramesOf((await preview(program)).get(ModulesContainer)), events };
}
