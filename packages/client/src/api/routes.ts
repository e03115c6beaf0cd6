import type { HttpRoutes } from '../generated/protocol.js';
import type { Method, RequestOptions } from '../http.js';

/** A call of the HTTP API by its method and path, as `GET /departments/{dept}/staff`. */
export type Route = Extract<keyof HttpRoutes, string>;
export type RouteAnswer<R extends Route> = HttpRoutes[R]['answer'];
/** The fields of its path, query and body, in one object. */
export type RouteInput<R extends Route> = Loose<HttpRoutes[R]['input']>;

type OptionalKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];
/** Optional fields may be given as undefined, too. */
type Loose<T> = Omit<T, OptionalKeys<T>> & { [K in OptionalKeys<T>]?: T[K] | undefined };

export interface RouteOptions extends Pick<RequestOptions, 'headers' | 'signal' | 'timeoutMs'> {
  /** The idempotency key, a UUID; made when absent. */
  key?: string | undefined;
}

/** The input may be left out where nothing in it is required. */
export type RouteArguments<R extends Route> =
  object extends RouteInput<R> ? [input?: RouteInput<R>, options?: RouteOptions] : [input: RouteInput<R>, options?: RouteOptions];
export type CallRoute = <R extends Route>(route: R, ...args: RouteArguments<R>) => Promise<RouteAnswer<R>>;

/** One function for every route, so that a page ships no table of them. */
export function callRoute(
  request: (method: Method, path: string, options: RequestOptions) => Promise<unknown>,
  route: Route,
  input: object = {},
  { key = crypto.randomUUID(), headers, ...options }: RouteOptions = {},
): Promise<unknown> {
  const [method, template] = route.split(' ') as [Method, string];
  const fields: Record<string, unknown> = { ...input };
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(fields[name]);
    fields[name] = undefined;
    return encodeURIComponent(value);
  });
  const isBody = Object.values(fields).some((value) => value !== undefined) && /^P/.test(method);
  return request(method, path, {
    ...options,
    ...(isBody ? { body: fields } : { query: fields as NonNullable<RequestOptions['query']> }),
    headers: { ...(method !== 'GET' && { 'Idempotency-Key': key }), ...headers },
  });
}
