import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../../src/platform/system/package-root.js';

export const DEPLOY = join(packageRoot(), 'deploy');
const KUBERNETES = join(DEPLOY, 'kubernetes');

/** One YAML document as plain data. */
export type Manifest = any;

/** Every document of a file below `deploy/`; a mistake, a warning or a repeated key throws. */
export function readYaml(file: string): Manifest[] {
  const documents = parseAllDocuments(readFileSync(join(DEPLOY, file), 'utf8'), { merge: true, uniqueKeys: true, strict: true });
  if (!Array.isArray(documents)) throw new Error(`${file} is empty`);
  return documents.map((document) => {
    const [mistake] = [...document.errors, ...document.warnings];
    if (mistake) throw new Error(`${file}: ${mistake.message}`);
    return document.toJS();
  });
}

/** All documents of `deploy/kubernetes`, by kind. */
export function kubernetesManifests(): { file: string; manifest: Manifest }[] {
  const files = readdirSync(KUBERNETES).filter((name) => name.endsWith('.yaml'));
  return files.flatMap((file) => readYaml(join('kubernetes', file)).map((manifest: Manifest) => ({ file, manifest })));
}

/** The only one of its kind, or of its kind and name. */
export function manifestOf(kind: string, name?: string): Manifest {
  const found = kubernetesManifests().filter(
    ({ manifest }) => manifest.kind === kind && (name === undefined || manifest.metadata.name === name),
  );
  if (found.length !== 1) throw new Error(`${String(found.length)} manifests of kind ${kind} ${name ?? ''}`);
  return found[0]?.manifest;
}
