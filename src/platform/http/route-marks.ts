import { type INestApplication, SetMetadata } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

const ACCEPTS = 'wardline:accepts';
const ORIGINS = 'wardline:origins';
// Nest's own keys for the paths of controllers and methods.
const PATH = 'path';

/** The route takes a page's form (`application/x-www-form-urlencoded`, 2 KB, ten fields), as well as JSON. Everything else takes JSON alone. */
export const Accepts = (body: 'form') => SetMetadata(ACCEPTS, body);

/**
 * The origins whose pages may call the route, in the place of ALLOWED_ORIGINS and the same host. `any` is for routes that read no cookie, such as a
 * hook of another system, or that check the sender themselves, such as the answer of a sign-in.
 */
export const Origins = (origins: 'any' | readonly string[]) => SetMetadata(ORIGINS, origins);

/** A route with a mark: what comes before routing looks it up. */
interface Marked<T> {
  readonly path: RegExp;
  readonly value: T;
}

/** The marks of all routes, read once. */
export class RouteMarks {
  private readonly forms: Marked<string>[];
  private readonly origins: Marked<'any' | readonly string[]>[];

  constructor(app: INestApplication) {
    this.forms = marked<string>(app, ACCEPTS);
    this.origins = marked<'any' | readonly string[]>(app, ORIGINS);
  }

  acceptsForm(path: string): boolean {
    return this.forms.some((one) => one.path.test(path));
  }

  originsOf(path: string): 'any' | readonly string[] | undefined {
    return this.origins.find((one) => one.path.test(path))?.value;
  }
}

function marked<T>(app: INestApplication, key: string): Marked<T>[] {
  return [...app.get(ModulesContainer).values()]
    .flatMap(({ controllers }) => [...controllers.values()])
    .flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype = metatype.prototype as Record<string, unknown>;
      return Object.getOwnPropertyNames(prototype).flatMap((name) => {
        const method = name === 'constructor' ? undefined : (Object.getOwnPropertyDescriptor(prototype, name)?.value as object | undefined);
        if (typeof method !== 'function' || !Reflect.hasMetadata(PATH, method)) return [];
        const value = (Reflect.getMetadata(key, method) ?? Reflect.getMetadata(key, metatype)) as T | undefined;
        return value === undefined ? [] : pathsOf(metatype, method).map((path) => ({ path, value }));
      });
    });
}

function pathsOf(controller: object, method: object): RegExp[] {
  const of = (target: object) => [Reflect.getMetadata(PATH, target) as string | string[] | undefined].flat().map((path) => path ?? '');
  return of(controller).flatMap((head) => of(method).map((tail) => asPattern(`${head}/${tail}`)));
}

/** `g/:token` as a pattern of whole paths. */
function asPattern(route: string): RegExp {
  const parts = route.split('/').filter((part) => part !== '');
  const pattern = parts.map((part) => (/^[:*{]/.test(part) ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))).join('/');
  return new RegExp(`^/${pattern}/?$`);
}
