import 'reflect-metadata';
import { Controller, Get, type INestApplication, Post } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { Accepts, Origins, RouteMarks } from './route-marks.js';

const PARTNER = ['https://partner.example'];

class Base {
  @Origins(PARTNER)
  @Post('inherited')
  inherited(): void {
    /* of the base class */
  }
}

@Controller('own')
class OwnController extends Base {
  @Get('forms/closed')
  closed(): void {
    /* before the next one, which fits its path, too */
  }

  @Accepts('form')
  @Origins('any')
  @Get('forms/:id')
  form(): void {
    /* with a parameter */
  }

  @Origins('any')
  @Post('files/*rest')
  files(): void {
    /* of any depth */
  }

  @Origins(PARTNER)
  @Get('list{/:page}')
  list(): void {
    /* with a part that may be missing */
  }
}

const modules = new Map([['one', { controllers: new Map([['own', { metatype: OwnController }]]) }]]);
const marks = new RouteMarks({ get: () => modules } as unknown as INestApplication);
const asked = (method: string, url: string, headers = {}) => ({ method, url, headers });

describe('the marks of a route', () => {
  it.each([
    ['GET', '/own/forms/7', 'any'],
    ['HEAD', '/own/forms/7?x=1', 'any'],
    ['GET', '/OWN/Forms/7/', 'any'],
    ['POST', '/own/files/a', 'any'],
    ['POST', '/own/files/a/b/c', 'any'],
    ['GET', '/own/list', PARTNER],
    ['GET', '/own/list/2', PARTNER],
    ['POST', '/own/inherited', PARTNER],
  ])('are found for %s %s', (method, path, origins) => {
    expect(marks.originsOf(asked(method, path))).toEqual(origins);
  });

  it.each([
    ['POST', '/own/forms/7'],
    ['GET', '/own/forms/closed'],
    ['GET', '/own/forms/7/8'],
    ['GET', '/own/files/a'],
    ['POST', '/own/files'],
    ['POST', '/other/own/files/a'],
    ['TRACE', '/own/list'],
  ])('open nothing for %s %s', (method, path) => {
    expect(marks.originsOf(asked(method, path))).toBeUndefined();
  });

  it('are those of the verb that a preflight asks for', () => {
    const preflight = (verb: string) => asked('OPTIONS', '/own/files/a', { 'access-control-request-method': verb });
    expect(marks.originsOf(preflight('POST'))).toBe('any');
    expect(marks.originsOf(preflight('GET'))).toBeUndefined();
  });

  it('say where a form is taken', () => {
    expect(marks.acceptsForm(asked('GET', '/own/forms/7'))).toBe(true);
    expect(marks.acceptsForm(asked('GET', '/own/list'))).toBe(false);
  });
});
