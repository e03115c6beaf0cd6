import {
  Body,
  ConflictException,
  Controller,
  Get,
  HttpException,
  Module,
  NotFoundException,
  Post,
  ServiceUnavailableException,
  UseFilters,
} from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { WebSocketGateway } from '@nestjs/websockets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCapabilities, RequireCapability } from '../../../../src/identity/access/capabilities.js';
import { Public } from '../../../../src/identity/access/access.js';
import { defineErrors } from '../../../../src/platform/common/errors.js';
import { Accepts, Origins } from '../../../../src/platform/http/route-marks.js';
import { CommandErrorFilter } from '../../../../src/realtime/frames/command-error.filter.js';
import { commandFrame, OnFrame } from '../../../../src/realtime/frames/frame.decorators.js';
import { request, signIn, Socket } from '../../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

const errors = defineErrors('test-house', { BED_TAKEN: { status: 409, retryable: true, meaning: 'Somebody lies in the bed.' } });
defineCapabilities({ 'test-ward.lead': ['manager'] });
const frame = commandFrame(z.strictObject({}));

@Controller('own')
class OwnController {
  @Public()
  @Get('taken')
  @ApiOkResponse({ description: 'a bed that is free' })
  taken(): never {
    throw errors.BED_TAKEN('the bed is taken', { details: { bed: 'icu-101-a' } });
  }

  @Public()
  @Get('teapot')
  teapot(): never {
    throw new HttpException('no coffee here', 418);
  }

  @Public()
  @Get('missing')
  missing(): never {
    throw new NotFoundException('no such bed');
  }

  @Public()
  @Origins('any')
  @Accepts('form')
  @Post('form/:id')
  form(@Body() body: object): object {
    return { ...body };
  }

  @Public()
  @Origins(['https://partner.example'])
  @Post('partner')
  partner(@Body() body: object): object {
    return { ...body };
  }

  @RequireCapability('test-ward.lead')
  @Get('lead')
  lead(): object {
    return {};
  }

  @Public()
  @Post('json')
  json(): object {
    return {};
  }
}

@WebSocketGateway()
@UseFilters(CommandErrorFilter)
class OwnGateway {
  @OnFrame('own.taken', frame)
  taken(): never {
    throw errors.BED_TAKEN('the bed is taken');
  }

  @OnFrame('own.away', frame)
  away(): never {
    throw new ServiceUnavailableException('the laundry is closed');
  }

  @OnFrame('own.silent', frame)
  silent(): void {
    // It has done its work.
  }

  @RequireCapability('test-ward.lead')
  @OnFrame('own.lead', frame)
  lead(): object {
    return {};
  }

  @OnFrame('own.conflict', frame)
  conflict(): never {
    throw new ConflictException('two beds');
  }
}

@Module({ controllers: [OwnController], providers: [OwnGateway] })
class OwnModule {}

let wardline: TestWardline;
beforeAll(async () => {
  wardline = await startTestWardline({ modules: [OwnModule] });
});
afterAll(() => wardline.stop());

const get = (path: string) => request(wardline, 'GET', path);
const post = (path: string, type: string, body: string, origin?: string) =>
  request(wardline, 'POST', path, { body, headers: { 'content-type': type, ...(origin !== undefined && { origin }) } });
async function isRefused(username: string, target: string): Promise<true | undefined> {
  const rows = await wardline.database.query(
    `SELECT 1 FROM audit a JOIN staff p ON a.actor = 'staff:' || p.id
     WHERE p.username = $1 AND a.action = 'access' AND a.result = 'refused' AND a.target = $2`,
    [username, target],
  );
  return rows.length === 1 ? true : undefined;
}
const FORM = 'application/x-www-form-urlencoded';

describe('an error of a hospital’s own', () => {
  it('has its code, status and retryability over HTTP and over sockets', async () => {
    const error = { code: 'TEST_HOUSE_BED_TAKEN', message: 'the bed is taken', retryable: true };
    expect(await get('/own/taken')).toMatchObject({ status: 409, body: { error: { ...error, details: { bed: 'icu-101-a' } } } });
    const socket = await Socket.open(wardline, (await signIn(wardline, 'icu-nurse-1')).cookie);
    expect(await socket.ask({ type: 'own.taken', data: {} })).toMatchObject({ type: 'error', ...error });
    expect(await socket.ask({ type: 'own.conflict', data: {} })).toMatchObject({ type: 'error', code: 'REFUSED', message: 'two beds' });
  });

  it('of Nest’s is answered by its status', async () => {
    expect(await get('/own/teapot')).toMatchObject({ status: 418, body: { error: { code: 'REFUSED', message: 'no coffee here' } } });
    expect(await get('/own/missing')).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND', message: 'no such bed' } } });
    expect(await get('/own/nowhere')).toMatchObject({ status: 404, body: { error: { message: 'no such path' } } });
  });

  it('cannot take a code that there is, nor a prefix that is none', () => {
    const traits = { status: 409, retryable: false, meaning: 'Another.' };
    expect(() => defineErrors('test-house', { BED_TAKEN: traits })).toThrow('two error codes');
    expect(() => defineErrors('Test', { ANY: traits })).toThrow('prefix');
    expect(() => defineErrors('test-house', { ANY: { ...traits, status: 200 } })).toThrow('no status');
  });
});

describe('a frame of a hospital’s own', () => {
  it('that is away for a while may come again, as over HTTP', async () => {
    const socket = await Socket.open(wardline, (await signIn(wardline, 'icu-nurse-1')).cookie);
    const away = { type: 'error', code: 'UNAVAILABLE', message: 'the laundry is closed', retryable: true };
    expect(await socket.ask({ type: 'own.away', data: {} })).toMatchObject(away);
  });

  it('that has nothing to say has done its work', async () => {
    const socket = await Socket.open(wardline, (await signIn(wardline, 'icu-nurse-1')).cookie);
    expect(await socket.ask({ type: 'own.silent', data: {} })).toMatchObject({ type: 'ok', data: null });
  });

  it('is open to people with the capability that it asks for', async () => {
    const ask = async (username: string) =>
      (await Socket.open(wardline, (await signIn(wardline, username)).cookie)).ask({ type: 'own.lead', data: {} });
    expect(await ask('icu-nurse-1')).toMatchObject({ type: 'error', code: 'FORBIDDEN', details: { reason: 'capability' } });
    expect(await ask('icu-manager')).toMatchObject({ type: 'ok' });
    await eventually(() => isRefused('icu-nurse-1', 'frame own.lead'), 'the refusal in the audit');
  });
});

describe('a route of a hospital’s own', () => {
  it('takes a form where it says so, and only there', async () => {
    expect(await post('/own/form/1', FORM, 'a=1')).toMatchObject({ status: 201, body: { a: '1' } });
    expect(await post('/own/json', FORM, 'a=1')).toMatchObject({ status: 415 });
  });

  it('has a rule of its own for origins', async () => {
    expect(await post('/own/form/1', FORM, 'a=1', 'https://elsewhere.example')).toMatchObject({ status: 201 });
    expect(await post('/own/json', 'application/json', '{}', 'https://elsewhere.example')).toMatchObject({ status: 403 });
  });

  it('can be called with JSON, and read, by pages of its own list, in the place of ALLOWED_ORIGINS', async () => {
    const node = await startTestWardline({ modules: [OwnModule], env: { ALLOWED_ORIGINS: 'https://allowed.example' } });
    const call = (path: string, origin: string) =>
      request(node, 'POST', path, { body: {}, headers: { origin, 'content-type': 'application/json' } });
    const asks = (path: string, origin: string) =>
      request(node, 'OPTIONS', path, {
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      });
    for (const [path, origin, readable, cookies] of [
      ['/own/partner', 'https://partner.example', 'https://partner.example', 'true'],
      ['/own/json', 'https://allowed.example', 'https://allowed.example', 'true'],
      ['/own/form/1', 'https://elsewhere.example', '*', undefined],
    ] as const) {
      for (const answer of [await asks(path, origin), await call(path, origin)]) {
        expect([path, answer.status]).toEqual([path, expect.toBeOneOf([201, 204])]);
        expect(answer.headers['access-control-allow-origin']).toBe(readable);
        expect(answer.headers['access-control-allow-credentials']).toBe(cookies);
      }
    }
    expect((await asks('/own/partner', 'https://partner.example')).headers['access-control-allow-headers']).toBe('content-type');
    expect((await call('/own/partner', node.url)).status).toBe(201);
    for (const path of ['/own/partner', '/own/json']) expect((await call(path, 'https://elsewhere.example')).status).toBe(403);
    expect((await call('/own/partner', 'https://allowed.example')).status).toBe(403);
    await node.stop();
  });

  it('is open to people with the capability that it asks for', async () => {
    const statusOf = async (username: string) => {
      const { cookie } = await signIn(wardline, username);
      return (await request(wardline, 'GET', '/own/lead', { headers: { cookie } })).status;
    };
    expect(await statusOf('icu-nurse-2')).toBe(403);
    expect(await statusOf('icu-manager')).toBe(200);
    expect((await get('/own/lead')).status).toBe(401);
    expect(await isRefused('icu-nurse-2', 'GET /own/lead')).toBe(true);
  });

  it('is described by its decorators, with Wardline’s refusals', async () => {
    const { body } = await get('/api/openapi.json');
    const { security, responses } = body.paths['/own/taken'].get;
    expect(security).toEqual([]);
    expect(responses['200']).toMatchObject({ description: 'a bed that is free' });
    expect(responses['503']).toBeDefined();
    expect(JSON.stringify(body)).not.toContain('x-wardline');
    expect(body.components.schemas.Error.properties.error.properties.code.enum).toContain('TEST_HOUSE_BED_TAKEN');
  });
});
