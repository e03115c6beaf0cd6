import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/platform/system/package-root.js';
import { renderAsyncApi, renderProtocol } from '../src/protocol/render.js';

/** `npm run docs:protocol`: writes docs/protocol.md and docs/asyncapi.json from the schemas that validate. */
const docs = join(packageRoot(), 'docs');
writeFileSync(join(docs, 'protocol.md'), renderProtocol());
writeFileSync(join(docs, 'asyncapi.json'), renderAsyncApi());
