import { createHash } from 'node:crypto';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { describeHttp } from './describe-http.js';

/** OpenAPI at `/api/docs` and `/api/openapi.json`, from the schemas that validate. */
export function describeApi(app: NestExpressApplication, cookieName: string): void {
  const description = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Wardline')
    .setDescription('Nurse calls. Errors, codes and sockets: see docs/.')
    .setVersion('1')
    .addCookieAuth(cookieName, { type: 'apiKey', in: 'cookie' }, 'session')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'station key' }, 'station')
    .build();
  // Made once, at the first asking: what cannot change while the process runs is not made again for anybody.
  let made: OpenAPIObject | undefined;
  const document = () => (made ??= describeHttp(SwaggerModule.createDocument(app, description)));
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
  SwaggerModule.setup('api/docs', app, document, { raw: false });
}

interface Served {
  readonly body: Buffer;
  readonly etag: string;
}

function toServed(text: string): Served {
  return { body: Buffer.from(text), etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"` };
}
