import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../../src/platform/system/package-root.js';
import { Child } from '../../process/child.js';
import type { PROBE } from '../../process/probe.js';
import type { TlsFiles } from '../../peers/peer.js';
import { SESSION_SECRET } from './staff.js';

const LISTENING = /listening on https?:\/\/\S+:(\d+)/;

/** Room for every bench; the rest is as it comes. */
export const LIMITS: Readonly<Record<string, string>> = {
  MAX_CONNECTIONS: '20000',
  WARN_THRESHOLD: '20000',
  OWNER_CAPACITY: '20000',
  MAX_CONNECTIONS_PER_SESSION: '5',
  MAX_CONNECTIONS_PER_USER: '10',
  CONNECT_RATE_LIMIT: '0',
  HTTP_RATE_LIMIT: '0',
};

export interface WardlineStart {
  readonly databaseUrl: string;
  readonly tls: TlsFiles | undefined;
  /** Limits of what clients may do; {@link LIMITS} when not given, `{}` for the defaults of a hospital. */
  readonly limits?: Readonly<Record<string, string>>;
  /** Another build to start, for a comparison; this one unless given. */
  readonly root?: string | undefined;
  /** Node.js to start it with; the one that runs the bench unless given. */
  readonly node?: string | undefined;
  /** Further settings. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The server as a hospital starts it, `node dist/src/main.js`, with a channel for its usage. */
export class WardlineServer {
  private constructor(
    readonly child: Child<typeof PROBE>,
    readonly port: number,
    readonly dataDir: string,
    readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async start({ databaseUrl, tls, limits = LIMITS, root, node, env = {} }: WardlineStart): Promise<WardlineServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'wardline-bench-'));
    const settings = {
      ...limits,
      REQUIRE_WSS: String(tls !== undefined),
      SUPERVISOR: 'off',
      LOG_LEVEL: 'warn',
      ...env,
    };
    const dist = join(packageRoot(), 'dist');
    const child = Child.start<typeof PROBE>({
      runtime: node ?? process.execPath,
      args: [
        '--expose-gc',
        '--import',
        join(dist, 'tools', 'bench', 'process', 'preload.js'),
        join(root ?? packageRoot(), 'dist', 'src', 'main.js'),
      ],
      env: {
        ...settings,
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_FORMAT: 'json',
        SESSION_SECRETS: SESSION_SECRET,
        ...(tls && { TLS_CERT_FILE: tls.cert, TLS_KEY_FILE: tls.key }),
      },
    });
    try {
      return new WardlineServer(child, Number(await child.printed(LISTENING)), dataDir, settings);
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.child.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
