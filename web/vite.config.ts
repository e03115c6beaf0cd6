import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const SERVER = 'https://127.0.0.1:8443';
/** Development alone: Vite's client puts styles into the page and has a socket of its own. */
const DEV_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws:; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'";

const root = import.meta.dirname;
const APP = '/src/app/open-app.tsx';
const APP_WORDS = ['en', 'ar', 'de'].map((language) => `/src/app/messages/${language}.ts`);

/** In development too `/app/calls/1` is the page of `/app`. */
function pages(): Plugin {
  return {
    name: 'wardline-pages',
    configureServer: (server) => {
      server.middlewares.use((request, _response, next) => {
        const [, folder = ''] = /^\/([a-z]+)(?:[/?]|$)/.exec(request.url ?? '') ?? [];
        const isPage = request.headers.accept?.includes('text/html') === true && existsSync(join(root, folder, 'index.html'));
        if (folder !== '' && isPage) request.url = `/${folder}/index.html`;
        next();
      });
    },
  };
}

/**
 * While somebody types their password, the sign-in fetches the staff app and compiles it: after it nothing is left to load. The
 * script alone knows the language, so the words of each are fetched, and no more.
 */
function nextPage(): Plugin {
  return {
    name: 'wardline-next-page',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { filename, bundle }) => {
        if (!bundle || filename !== join(root, 'index.html')) return [];
        const chunks = Object.entries(bundle).flatMap(([name, chunk]) => (chunk.type === 'chunk' ? [[name, chunk] as const] : []));
        const scripts = new Set<string>();
        const styles = new Set<string>();
        const add = (name: string): void => {
          const chunk = bundle[name];
          if (chunk?.type !== 'chunk' || scripts.has(name)) return;
          scripts.add(name);
          for (const style of chunk.viteMetadata?.importedCss ?? []) styles.add(style);
          chunk.imports.forEach(add);
        };
        const namesOf = (modules: readonly string[]) =>
          chunks.flatMap(([name, { facadeModuleId }]) => (modules.some((one) => facadeModuleId?.endsWith(one)) ? [name] : []));
        namesOf([APP]).forEach(add);
        const words = namesOf(APP_WORDS);
        const link = (rel: string, file: string, as?: string) =>
          html.includes(`"/${file}"`)
            ? []
            : [
                {
                  tag: 'link',
                  attrs: { rel, ...(as !== undefined && { as }), crossorigin: true, fetchpriority: 'low', href: `/${file}` },
                  injectTo: 'head' as const,
                },
              ];
        return [
          ...[...scripts].flatMap((file) => link('modulepreload', file)),
          ...[...styles].flatMap((file) => link('prefetch', file, 'style')),
          ...words.flatMap((file) => link('prefetch', file, 'script')),
        ];
      },
    },
  };
}

/** The server checks the origin of its callers, and here that is Vite's. */
const proxied = { target: SERVER, secure: false, ws: true, headers: { origin: SERVER } };
export default defineConfig({
  root,
  appType: 'mpa',
  plugins: [pages(), nextPage()],
  resolve: { conditions: ['@wardline/source', 'module', 'browser', 'development|production'] },
  server: {
    port: 5173,
    headers: { 'Content-Security-Policy': DEV_POLICY },
    proxy: { '/api': proxied, '/ws': proxied, '/g': proxied },
  },
  build: {
    target: 'es2022',
    outDir: 'dist',
    // The predecessor's assets stay for pages that are open: `tools/build-screens.mjs` removes older ones.
    emptyOutDir: false,
    manifest: true,
    modulePreload: { polyfill: false },
    // No `data:` in styles or scripts beyond what the policy names.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        'sign-in': join(root, 'index.html'),
        app: join(root, 'app/index.html'),
        board: join(root, 'board/index.html'),
        console: join(root, 'console/index.html'),
        sw: join(root, 'src/sw/sw.ts'),
      },
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
});
