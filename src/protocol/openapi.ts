import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
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
  SwaggerModule.setup('api/docs', app, () => describeHttp(SwaggerModule.createDocument(app, description)), {
    jsonDocumentUrl: 'api/openapi.json',
  });
}
