import type { NextFunction, Request, Response } from 'express';
import type { ScreenSettings } from '../../config/settings/screen.settings.js';
import { readScreenFiles, type ScreenFile } from './screen-files.js';
import { withSettings } from './screen-pages.js';

/** A page of ours loads, runs and talks to its own origin alone. The policy `wardline` makes the address of the service worker, and nothing else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types wardline',
].join('; ');

/** On every answer: also what is no page may be shown as one. */
export function screensPolicy(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Content-Security-Policy', POLICY);
  next();
}

const PAGE = /^\/(?:([a-z]+)(?:\/.*)?)?$/;
const ASSETS = '/assets/';
const YEAR_SEC = 31_536_000;

/**
 * The built screens. A path below a page is that page. Only a browser, which asks for `text/html`, gets pages; others get the API's JSON.
 * @param folder the build's; where there is none, there are no screens, and the API works as ever
 * @throws StartRefused for a hospital's style that cannot be read
 */
export function screens(folder: string, settings: ScreenSettings): (request: Request, response: Response, next: NextFunction) => void {
  const files = withSettings(readScreenFiles(folder), settings);
  const pageOf = (path: string): ScreenFile | undefined => {
    const name = PAGE.exec(path)?.[1];
    return files.get(name === undefined ? '/index.html' : `/${name}/index.html`);
  };
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      next();
      return;
    }
    const asset = request.path.endsWith('.html') ? undefined : files.get(request.path);
    const page = asset === undefined && request.headers.accept?.includes('text/html') === true ? pageOf(request.path) : undefined;
    const file = asset ?? page;
    if (!file) {
      next();
      return;
    }
    const isHashed = request.path.startsWith(ASSETS);
    response.setHeader('Cache-Control', page ? 'no-store' : isHashed ? `public, max-age=${String(YEAR_SEC)}, immutable` : 'no-cache');
    send(file, request, response);
  };
}

function send(file: ScreenFile, request: Request, response: Response): void {
  response.setHeader('Vary', 'Accept, Accept-Encoding');
  response.setHeader('ETag', file.etag);
  if (request.headers['if-none-match']?.includes(file.etag) === true) {
    response.status(304).end();
    return;
  }
  const accepted = request.headers['accept-encoding'] ?? '';
  const encoding = file.br && /\bbr\b/.test(accepted) ? 'br' : file.gzip && /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
  if (encoding !== undefined) response.setHeader('Content-Encoding', encoding);
  const body = (encoding !== undefined && file[encoding]) || file.plain;
  response.setHeader('Content-Type', file.type);
  response.setHeader('Content-Length', body.length);
  response.end(request.method === 'HEAD' ? undefined : body);
}
