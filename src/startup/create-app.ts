import { join } from 'node:path';
import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { json } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import { AppModule, type AppOptions } from '../app.module.js';
import { declareRoles } from '../identity/access/capabilities.js';
import { OriginGuard } from '../identity/origin/origin.guard.js';
import { sessionCookieName } from '../identity/sessions/session-cookie.js';
import { TlsGuard } from '../identity/origin/tls.guard.js';
import { TrustedProxies } from '../identity/origin/trusted-proxies.js';
import { NestLogger } from '../platform/logging/logger.js';
import { ServerState } from '../platform/common/server-state.js';
import { beforeRouting } from '../platform/http/before-routing.js';
import { BoundedServer } from '../platform/http/server/bounded-server.js';
import { clientNetwork } from '../platform/limits/client-network.js';
import { requestContext } from '../platform/http/request-context.js';
import { reliableHeaders } from '../platform/http/server/request-headers.js';
import { screens, screensPolicy } from '../platform/http/screens/screens.js';
import { packageRoot } from '../platform/system/package-root.js';
import { RequestRate } from '../platform/http/server/request-rate.js';
import { readableBy } from '../platform/http/readable-by.js';
import { RouteMarks } from '../platform/http/route-marks.js';
import { jsonOnly, requireUtf8 } from '../platform/http/json-only.js';
import { ValidationPipe } from '../platform/http/validation.pipe.js';
import { asOwnFailure, boundOwnModules } from '../program/own-modules/own-module-start.js';
import { describeApi } from '../protocol/openapi.js';
import { GatewayAdapter } from '../realtime/upgrade/gateway-adapter.js';
import { CIPHERS, type TlsOptions } from '../platform/certificates/certificate.js';
import { ProbeAnswers } from '../operations/health/probe-answers.js';
import { HttpTraffic } from '../operations/shutdown/http-traffic.js';

const MAX_BODY_BYTES = 65_536;
const MAX_FORM_BYTES = 2048;
const MAX_FORM_FIELDS = 10;

/** Without TLS a browser must not insist on it. */
const PLAIN_HEADERS: HelmetOptions = { contentSecurityPolicy: false, strictTransportSecurity: false };

/** The whole application, ready to listen. With `tls` it speaks HTTPS and WSS only. */
export async function createApp(options: AppOptions, tls: TlsOptions | undefined): Promise<NestExpressApplication> {
  const { http, realtime } = options.config;
  declareRoles(options.roles ?? []);
  const nest: NestApplicationOptions = {
    ...(tls && { httpsOptions: { ...tls, ciphers: CIPHERS } }),
    logger: new NestLogger(options.logger),
    bodyParser: false,
    abortOnError: false,
  };
  const server = new BoundedServer(realtime.HANDSHAKE_TIMEOUT_SEC * 1000);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(options), server, nest).catch((error: unknown) => {
    throw asOwnFailure(error);
  });
  boundOwnModules(app);
  const marks = new RouteMarks(app);
  const proxies = app.get(TrustedProxies);
  server.putBefore({
    tryAnswer: app.get(ProbeAnswers, { strict: false }).tryAnswer,
    networkOf: (request) => clientNetwork(proxies.clientAddress(request)),
  });
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  app.use(requestContext(proxies));
  app.use(reliableHeaders);
  app.use(helmet(http.REQUIRE_WSS ? { contentSecurityPolicy: false } : PLAIN_HEADERS));
  app.use(screensPolicy);
  app.use(beforeRouting(app.get(TlsGuard), app.get(OriginGuard), marks));
  app.use(app.get(RequestRate, { strict: false }).middleware);
  app.use(screens(join(packageRoot(), 'web', 'dist'), options.config.screens));
  app.enableCors(readableBy(marks, http.ALLOWED_ORIGINS));
  app.use(jsonOnly(marks));
  app.use(json({ limit: MAX_BODY_BYTES, strict: true, inflate: false, verify: requireUtf8 }));
  app.useBodyParser('urlencoded', { limit: MAX_FORM_BYTES, extended: false, inflate: false, parameterLimit: MAX_FORM_FIELDS });
  app.useGlobalPipes(new ValidationPipe());
  describeApi(app, sessionCookieName(http));
  app.useWebSocketAdapter(new GatewayAdapter(app));
  const listener = app.getHttpServer();
  app.get(HttpTraffic).watch(listener);
  listener.once('listening', () => {
    app.get(ServerState).to('running');
  });
  return app;
}
