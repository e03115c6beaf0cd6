import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { json } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import { AppModule, type AppOptions } from '../app.module.js';
import { OriginGuard } from '../identity/access/origin.guard.js';
import { sessionCookieName } from '../identity/sessions/session-cookie.js';
import { TlsGuard } from '../identity/access/tls.guard.js';
import { TrustedProxies } from '../identity/access/trusted-proxies.js';
import { NestLogger } from '../platform/logging/logger.js';
import { ServerState } from '../platform/common/server-state.js';
import { beforeRouting } from '../platform/http/before-routing.js';
import { BoundedServer } from '../platform/http/bounded-server.js';
import { requestContext } from '../platform/http/request-context.js';
import { reliableHeaders } from '../platform/http/request-headers.js';
import { RequestRate } from '../platform/http/request-rate.js';
import { jsonOnly, requireUtf8 } from '../platform/http/json-only.js';
import { ValidationPipe } from '../platform/http/validation.pipe.js';
import { describeApi } from '../protocol/openapi.js';
import { GatewayAdapter } from '../realtime/upgrade/gateway-adapter.js';
import { CIPHERS, type TlsOptions } from '../platform/certificates/certificate.js';
import { HttpTraffic } from '../operations/shutdown/http-traffic.js';

const MAX_BODY_BYTES = 65_536;
/** The guest page's form; everything else takes JSON. */
const FORMS = /^\/g\/[^/]+$/;
const MAX_FORM_BYTES = 2048;
const MAX_FORM_FIELDS = 10;

/** Where there is no TLS a browser must not be told to insist on it. */
const PLAIN_HEADERS: HelmetOptions = {
  strictTransportSecurity: false,
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
};

/** The whole application, ready to listen. With `tls` it speaks HTTPS and WSS only. */
export async function createApp(options: AppOptions, tls: TlsOptions | undefined): Promise<NestExpressApplication> {
  const { http, realtime } = options.config;
  const nest: NestApplicationOptions = {
    ...(tls && { httpsOptions: { ...tls, ciphers: CIPHERS } }),
    logger: new NestLogger(options.logger),
    bodyParser: false,
    abortOnError: false,
  };
  const server = new BoundedServer(realtime.HANDSHAKE_TIMEOUT_SEC * 1000);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(options), server, nest);
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  app.use(requestContext(app.get(TrustedProxies)));
  app.use(reliableHeaders);
  app.use(helmet(http.REQUIRE_WSS ? {} : PLAIN_HEADERS));
  app.use(beforeRouting(app.get(TlsGuard), app.get(OriginGuard)));
  app.use(app.get(RequestRate, { strict: false }).middleware);
  app.enableCors({ origin: http.ALLOWED_ORIGINS, credentials: true, exposedHeaders: ['X-Request-Id', 'Retry-After', 'ETag'] });
  app.use(jsonOnly(FORMS));
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
