import type { Express } from 'express';

/** The part of Express' router that is read. */
interface Layer {
  match(path: string): boolean;
  route?: { methods: Readonly<Record<string, boolean>> };
}

/** The methods that there are routes for at a path, as an `Allow` header names them; none: there is no such path. */
export function allowedMethods(app: Express, path: string): string[] {
  const methods = new Set<string>();
  for (const layer of app.router.stack as unknown as Layer[]) {
    if (layer.route && matches(layer, path)) for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}

/** A path that cannot be decoded is none. */
function matches(layer: Layer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}
