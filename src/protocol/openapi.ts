import { createHash } from 'node:crypto';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { describeHttp } from './describe-http.js';

/** The description of the HTTP API, from the schemas that validate. */
export function openApiOf(app: NestExpressApplication, cookieName: string): OpenAPIObject {
  const description = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Wardline')
    .setDescription('Nurse calls. Errors, codes and sockets: see docs/.')
    .setVersion('1')
    .addCookieAuth(cookieName, { type: 'apiKey', in: 'cookie' }, 'session')
    .addCookieAuth(`${cookieName}-board`, { type: 'apiKey', in: 'cookie' }, 'board')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'station key' }, 'station')
    .build();
  return describeHttp(SwaggerModule.createDocument(app, description));
}

/** OpenAPI at `/api/docs` and `/api/openapi.json`. */
export function describeApi(app: NestExpressApplication, cookieName: string): void {
  // Made once, at the first asking: what cannot change while the process runs is not made again for anybody.
  let made: OpenAPIObject | undefined;
  const document = () => (made ??= openApiOf(app, cookieName));
  let served: Served | undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .get('/api/openapi.json', (request: Request, response: Response) => {
      served ??= toServed(JSON.stringify(document()));
      response.setHeader('ETag', served.etag);
      response.setHeader('Cache-Control', 'no-cache');
      if (request.headers['if-none-match']?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === served?.etag) === true)
        response.status(304).end();
      else response.type('application/json').end(served.body);
    });
  app
    .getHttpAdapter()
    .getInstance()
    .get(DOCS, (_request: Request, response: Response) => {
      response.setHeader('Content-Security-Policy', docsPolicy(String(response.getHeader('Content-Security-Policy'))));
      response.type('html').end(DOCS_PAGE);
    });
  SwaggerModule.setup(DOCS, app, document, { raw: false });
}

const DOCS = '/api/docs';
/** The style within the logo that Swagger UI draws. */
const LOGO_STYLE = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='";

/** The policy of the screens without its trusted types: Swagger UI puts the descriptions, which DOMPurify has cleaned, into the page as strings. */
function docsPolicy(policy: string): string {
  return policy.replace("style-src 'self'", `style-src 'self' ${LOGO_STYLE}`).replace(/; require-trusted-types-for .*$/, '');
}

/** Swagger UI's files in a page of ours: the page that comes with them has styles within, which the policy forbids. */
const DOCS_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Wardline: HTTP API</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="${DOCS}/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="${DOCS}/swagger-ui-bundle.js"></script>
    <script src="${DOCS}/swagger-ui-standalone-preset.js"></script>
    <script src="${DOCS}/swagger-ui-init.js"></script>
  </body>
</html>
`;

interface Served {
  readonly body: Buffer;
  readonly etag: string;
}

function toServed(text: string): Served {
  return { body: Buffer.from(text), etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"` };
}
