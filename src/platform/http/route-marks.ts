import type { IncomingMessage } from 'node:http';
import { type INestApplication, RequestMethod, SetMetadata } from '@nestjs/common';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';

const ACCEPTS = 'wardline:accepts';
const ORIGINS = 'wardline:origins';
// Nest's own keys for the paths of controllers and methods, and for the verb of a method.
const PATH = 'path';
const METHOD = 'method';

/** The route takes a page's form (`application/x-www-form-urlencoded`, 2 KB, ten fields), as well as JSON. Everything else takes JSON alone. */
export const Accepts = (body: 'form') => SetMetadata(ACCEPTS, body);

/**
 * The origins whose pages may call the route and read its answer, in the place of ALLOWED_ORIGINS. A page of Wardline's own host always may. `any` is for routes that read no cookie, such as a
 * hook of another system, or that check the sender themselves, such as the answer of a sign-in.
 */
export const Origins = (origins: 'any' | readonly string[]) => SetMetadata(ORIGINS, origins);

/** A route, as a request finds it. */
interface Route {
  readonly verb: RequestMethod;
  readonly path: RegExp;
  readonly accepts: 'form' | undefined;
  readonly origins: 'any' | readonly string[] | undefined;
}

/** A request before routing. A preflight counts as the verb that it asks for. */
type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** The marks of all routes, read once: what comes before routing looks them up. */
export class RouteMarks {
  private readonly forms: MarkedRoutes;
  private readonly origins: MarkedRoutes;

  constructor(app: INestApplication) {
    const routes = routesOf(app);
    this.forms = new MarkedRoutes(routes, ({ accepts }) => accepts !== undefined);
    this.origins = new MarkedRoutes(routes, ({ origins }) => origins !== undefined);
  }

  acceptsForm(request: Asked): boolean {
    return this.forms.of(request)?.accepts === 'form';
  }

  originsOf(request: Asked): 'any' | readonly string[] | undefined {
    return this.origins.of(request)?.origins;
  }
}

/** The routes with a mark. Each knows those before it: of two that fit, the first one answers, and its marks count. */
class MarkedRoutes {
  private readonly marked: { readonly route: Route; readonly before: readonly Route[] }[];

  constructor(routes: readonly Route[], isMarked: (route: Route) => boolean) {
    this.marked = routes.flatMap((route, index) =>
      isMarked(route) ? [{ route, before: routes.slice(0, index).filter((one) => !isMarked(one)) }] : [],
    );
  }

  of(request: Asked): Route | undefined {
    const path = request.url?.split('?', 1)[0] ?? '';
    const verb = verbOf(request);
    const found = this.marked.find(({ route }) => fits(route, verb, path));
    return found?.before.some((route) => fits(route, verb, path)) === false ? found.route : undefined;
  }
}

/** As Express: a GET answers a HEAD, too. */
function verbOf({ method = 'GET', headers }: Asked): RequestMethod {
  const name = method === 'OPTIONS' ? (headers['access-control-request-method'] ?? method) : method;
  return name === 'HEAD' ? RequestMethod.GET : RequestMethod[name as keyof typeof RequestMethod];
}

function fits(route: Route, verb: RequestMethod, path: string): boolean {
  return (route.verb === verb || route.verb === RequestMethod.ALL) && route.path.test(path);
}

/** In the order in which Nest registers them, methods of base classes included. */
function routesOf(app: INestApplication): Route[] {
  const scanner = new MetadataScanner();
  return [...app.get(ModulesContainer).values()]
    .flatMap(({ controllers }) => [...controllers.values()])
    .flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype = metatype.prototype as Record<string, unknown>;
      return scanner.getAllMethodNames(prototype).flatMap((name) => {
        const method = prototype[name] as object;
        if (!Reflect.hasMetadata(PATH, method)) return [];
        const mark = (key: string): unknown => Reflect.getMetadata(key, method) ?? Reflect.getMetadata(key, metatype);
        const marks = { accepts: mark(ACCEPTS) as Route['accepts'], origins: mark(ORIGINS) as Route['origins'] };
        const verb = (Reflect.getMetadata(METHOD, method) as RequestMethod | undefined) ?? RequestMethod.GET;
        return pathsOf(metatype, method).map((path) => ({ verb, path, ...marks }));
      });
    });
}

function pathsOf(controller: object, method: object): RegExp[] {
  const of = (target: object) => [Reflect.getMetadata(PATH, target) as string | string[] | undefined].flat().map((path) => path ?? '');
  return of(controller).flatMap((head) => of(method).map((tail) => asPattern(`/${head}/${tail}`)));
}

/** `g/:token{/*rest}` as a pattern of whole paths, in which capital letters count as small ones, as for Express. */
function asPattern(route: string): RegExp {
  const path = route.replaceAll(/\/+/g, '/').replace(/\/$/, '');
  const pattern = path.replaceAll(/:\w+|\*\w*|[{}]|[.+?^$()|[\]\\]/g, (part) => {
    if (part.startsWith(':')) return '[^/]+';
    if (part.startsWith('*')) return '.+';
    if (part === '{') return '(?:';
    return part === '}' ? ')?' : `\\${part}`;
  });
  return new RegExp(`^${pattern}/?$`, 'i');
}
