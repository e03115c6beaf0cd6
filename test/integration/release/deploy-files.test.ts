import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Copy, DockerfileParser } from 'dockerfile-ast';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { CONCERNS, readConfig } from '../../../src/platform/config/config.js';
import { selfSignedPair } from '../../../src/platform/certificates/certificate.js';
import { request } from '../../support/clients/client.js';
import { createTestDatabase } from '../../support/servers/database.js';
import { findProgram, itIsInstalled } from '../../support/servers/installed.js';
import { DEPLOY, kubernetesManifests, type Manifest, manifestOf, readYaml } from '../../support/checks/manifests.js';
import { type Program, run, runCommand } from '../../support/servers/process.js';
import { TEST_SECRET } from '../../support/wardline.js';

const SETTINGS = new Set(Object.values(CONCERNS).flatMap((schema) => Object.keys(schema.shape)));
/** Names that an image may set besides Wardline's own. */
const FOREIGN = new Set(['NODE_ENV']);
const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'wardline-deploy-'));
  folders.push(made);
  return made;
}
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});

function read(file: string): string {
  return readFileSync(join(DEPLOY, file), 'utf8');
}

/** Lines with a setting, each with the comment right before it. */
function reasoned(file: string): { line: string; reason: string | undefined }[] {
  const lines = read(file).split('\n');
  return lines.flatMap((line, n) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const before = lines[n - 1] ?? '';
    return [{ line, reason: before.startsWith('#') ? before : undefined }];
  });
}

describe('the Dockerfile', () => {
  const dockerfile = DockerfileParser.parse(read('Dockerfile'));
  const instructions = dockerfile.getInstructions();
  const argumentsOf = (keyword: string) =>
    instructions.filter((one) => one.getKeyword() === keyword).map((one) => one.getArgumentsContent() ?? '');
  const env = Object.fromEntries(
    dockerfile.getENVs().flatMap((one) => one.getProperties().map((property) => [property.getName(), property.getValue() ?? ''])),
  );
  const exec = (text: string | null | undefined): string[] => JSON.parse(text ?? '') as string[];
  const copies = dockerfile.getCOPYs().map((copy: Copy) => {
    const words = copy.getArguments().map((word) => word.getValue());
    return { from: copy.getFromFlag()?.getValue(), sources: words.slice(0, -1), target: words.at(-1) ?? '' };
  });

  it('consists of instructions that there are', () => {
    const known = new Set('ARG CMD COPY ENV EXPOSE FROM HEALTHCHECK RUN STOPSIGNAL USER VOLUME WORKDIR'.split(' '));
    for (const instruction of instructions) expect(known).toContain(instruction.getKeyword());
  });

  it('has two stages of Node 24, and the second one is what runs', () => {
    const [build, final, ...more] = dockerfile.getFROMs();
    expect(more).toEqual([]);
    expect([build?.getImage(), final?.getImage()]).toEqual(['node:24-slim', 'node:24-slim']);
    expect(build?.getBuildStage()).toBe('build');
  });

  it('copies only what there is, and what its .dockerignore lets through', () => {
    const allowed = new Set(
      readFileSync(join(packageRoot(), '.dockerignore'), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('!'))
        .map((line) => line.slice(1)),
    );
    const fromContext = copies.filter((copy) => copy.from === undefined).flatMap((copy) => copy.sources);
    expect(fromContext.length).toBeGreaterThan(5);
    for (const source of fromContext) {
      const path = source.replace(/^\.\//, '');
      expect(existsSync(join(packageRoot(), path)), path).toBe(true);
      expect(allowed, path).toContain(path.split('/')[0]);
    }
  });

  it('runs the entry that sets V8’s limit and becomes node, as a numbered user that is not root, with a health check in exec form', () => {
    expect(dockerfile.getENTRYPOINTs()).toEqual([]);
    expect(dockerfile.getCMDs()).toHaveLength(1);
    expect(exec(dockerfile.getCMDs()[0]?.getArgumentsContent())).toEqual(['sh', 'deploy/docker/entrypoint.sh']);
    expect(argumentsOf('USER')).toEqual(['1000:1000']);
    const keywords = instructions.map((one) => one.getKeyword());
    expect(keywords.lastIndexOf('USER')).toBeGreaterThan(keywords.lastIndexOf('RUN'));
    const [check, ...more] = dockerfile.getHEALTHCHECKs();
    expect(more).toEqual([]);
    expect(check?.getSubcommand()?.getValue()).toBe('CMD');
    expect(exec(check?.getArgumentsContent()?.replace(/^.*?CMD /s, ''))).toEqual(['node', 'health-check.mjs']);
    expect(argumentsOf('STOPSIGNAL')).toEqual(['SIGTERM']);
  });

  it('sets settings that there are, to values that are taken; what it exposes is its port; what it writes to is a volume', () => {
    for (const name of Object.keys(env)) if (!FOREIGN.has(name)) expect(SETTINGS).toContain(name);
    const config = readConfig({ ...env, DATABASE_URL: 'postgresql://localhost/wardline', SESSION_SECRETS: TEST_SECRET });
    expect(config.operations.SUPERVISOR).toBe('off');
    expect(argumentsOf('EXPOSE')).toEqual([String(config.http.PORT)]);
    expect(config.http.HOST).toBe('0.0.0.0');
    expect(argumentsOf('VOLUME')).toEqual([config.database.DATA_DIR]);
  });

  describe('what it puts into the image', () => {
    const programs: Program[] = [];
    afterAll(async () => {
      for (const { child, exited } of programs) {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
        await exited;
      }
    });

    /** The last stage's `/app`, of this project's own build. */
    function layOut(): string {
      const app = folder();
      for (const { from, sources, target } of copies.slice(copies.findIndex((copy) => copy.from === 'build'))) {
        for (const source of sources) {
          const here = join(packageRoot(), from === 'build' ? source.replace(/^\/app\//, '') : source);
          const there = join(app, target);
          mkdirSync(dirname(there), { recursive: true });
          // As in an image: files of their own, no link to another place.
          if (target === './node_modules') spawnSync('sh', ['-c', `cp -al '${here}' '${there}' || cp -a '${here}' '${there}'`]);
          else cpSync(here, there, { recursive: true });
        }
      }
      return app;
    }

    it.each(['plain behind a proxy', 'with a certificate'])(
      'is enough for its command to run, %s, with V8’s limit from the memory; and its health check sees that it does',
      async (how) => {
        const app = layOut();
        const tls = await selfSignedPair(folder());
        const files = { TLS_CERT_FILE: join(app, 'cert.pem'), TLS_KEY_FILE: join(app, 'key.pem') };
        writeFileSync(files.TLS_CERT_FILE, tls.cert);
        writeFileSync(files.TLS_KEY_FILE, tls.key);
        const database = await createTestDatabase();
        const [file = '', ...args] = exec(dockerfile.getCMDs()[0]?.getArgumentsContent());
        const program = runCommand(
          file,
          args,
          {
            MAX_MEMORY_MB: '512',
            ...env,
            ...(how === 'with a certificate' ? files : {}),
            HOST: '127.0.0.1',
            PORT: '0',
            DATA_DIR: join(app, 'data'),
            DATABASE_URL: database.url,
            SESSION_SECRETS: TEST_SECRET,
          },
          app,
        );
        programs.push(program);
        const { url } = (await program.event('wardline.ready')) as { url: string };
        // The shell has become node: signals of an orchestrator go to it.
        const commandLine = readFileSync(`/proc/${String(program.child.pid)}/cmdline`, 'utf8').split('\0');
        expect(commandLine.slice(0, 3)).toEqual(['node', '--max-old-space-size=460', 'dist/src/main.js']);
        expect((await request({ url, ca: tls.cert }, 'GET', '/readyz')).status).toBe(200);
        const check = (port: string) => spawnSync(process.execPath, [join(app, 'health-check.mjs')], { env: { PORT: port } }).status;
        expect(check(new URL(url).port)).toBe(0);
        process.kill(-program.child.pid!, 'SIGTERM');
        expect(await program.exited).toBe(0);
        expect(check(new URL(url).port)).toBe(1);
        await database.drop();
      },
    );
  });
});

describe('the Kubernetes manifests', () => {
  const deployment = manifestOf('Deployment');
  const pod = deployment.spec.template.spec;
  const [container, ...sidecars] = pod.containers;
  const configMap = manifestOf('ConfigMap').data as Record<string, string>;
  const secret = manifestOf('Secret', 'wardline').stringData as Record<string, string>;
  const own = Object.fromEntries(container.env.map((one: Manifest) => [one.name, one.value])) as Record<string, string>;
  const config = readConfig({ ...configMap, ...secret, ...own });

  it('are objects with a kind, a name and the one namespace', () => {
    for (const { file, manifest } of kubernetesManifests()) {
      expect(manifest, file).toMatchObject({ apiVersion: expect.any(String), kind: expect.any(String) });
      if (manifest.kind === 'Kustomization') expect(manifest.namespace).toBe('wardline');
      else if (manifest.kind !== 'Namespace') expect(manifest.metadata.namespace, file).toBe('wardline');
    }
  });

  it('are all in the kustomization, the example of secrets aside', () => {
    const files = readdirSync(join(DEPLOY, 'kubernetes')).filter((file) => !['kustomization.yaml', 'secret.example.yaml'].includes(file));
    expect([...manifestOf('Kustomization').resources].sort()).toEqual(files.sort());
  });

  it('name fields that the API has', () => {
    const fields = (what: Manifest, names: string) => {
      for (const key of Object.keys(what)) expect(names.split(' ')).toContain(key);
    };
    fields(deployment.spec, 'replicas selector strategy minReadySeconds template revisionHistoryLimit progressDeadlineSeconds');
    fields(
      pod,
      'automountServiceAccountToken terminationGracePeriodSeconds securityContext topologySpreadConstraints containers volumes serviceAccountName',
    );
    fields(
      container,
      'name image imagePullPolicy ports envFrom env volumeMounts lifecycle startupProbe livenessProbe readinessProbe resources securityContext',
    );
    for (const probe of PROBES)
      fields(container[probe], 'httpGet periodSeconds timeoutSeconds failureThreshold successThreshold initialDelaySeconds');
    fields(manifestOf('Service').spec, 'type externalTrafficPolicy sessionAffinity sessionAffinityConfig selector ports');
    fields(manifestOf('PodDisruptionBudget').spec, 'maxUnavailable minAvailable selector');
    fields(manifestOf('HorizontalPodAutoscaler').spec, 'scaleTargetRef minReplicas maxReplicas metrics behavior');
  });

  it('name settings that there are, as texts, in one place each, with values that are taken', () => {
    const names = [configMap, secret, own].flatMap((place) => Object.keys(place));
    for (const name of names) expect(SETTINGS).toContain(name);
    expect(new Set(names).size).toBe(names.length);
    for (const value of [configMap, secret, own].flatMap((place) => Object.values(place))) expect(value).toBeTypeOf('string');
    expect(config.operations.SUPERVISOR).toBe('off');
    // No secret among what is none.
    expect(Object.keys(configMap).filter((name) => /SECRET|TOKEN|URL/.test(name))).toEqual([]);
  });

  it('probe paths that there are, on the port and by the scheme that the process speaks', async () => {
    const database = await createTestDatabase();
    const tls = await selfSignedPair(folder());
    const files = { cert: join(folder(), 'cert.pem'), key: join(folder(), 'key.pem') };
    writeFileSync(files.cert, tls.cert);
    writeFileSync(files.key, tls.key);
    const program = run('src/main.js', {
      ...configMap,
      ...{ TLS_CERT_FILE: files.cert, TLS_KEY_FILE: files.key, PORT: '0', HOST: '127.0.0.1', SUPERVISOR: 'off', DATA_DIR: folder() },
      ...{ DATABASE_URL: database.url, SESSION_SECRETS: TEST_SECRET },
    });
    const { url } = (await program.event('wardline.ready')) as { url: string };
    const [port] = container.ports;
    for (const name of PROBES) {
      const probe = container[name].httpGet;
      expect(probe.scheme).toBe('HTTPS');
      expect(url).toMatch(/^https:/);
      expect(probe.port).toBe(port.name);
      expect((await request({ url, ca: tls.cert }, 'GET', probe.path)).status, probe.path).toBe(200);
    }
    expect(container.livenessProbe.httpGet.path).toBe('/livez');
    expect(container.readinessProbe.httpGet.path).toBe('/readyz');
    process.kill(-program.child.pid!, 'SIGTERM');
    await program.exited;
    await database.drop();
  });

  it('agree on ports, names and labels', () => {
    const [port] = container.ports;
    expect(sidecars).toEqual([]);
    expect(port.containerPort).toBe(config.http.PORT);
    const service = manifestOf('Service');
    expect(service.spec.ports[0].targetPort).toBe(port.name);
    const labels = deployment.spec.template.metadata.labels;
    for (const selector of [
      deployment.spec.selector.matchLabels,
      service.spec.selector,
      manifestOf('PodDisruptionBudget').spec.selector.matchLabels,
      pod.topologySpreadConstraints[0].labelSelector.matchLabels,
    ])
      expect(labels).toMatchObject(selector);
    expect(manifestOf('HorizontalPodAutoscaler').spec.scaleTargetRef).toMatchObject({ kind: 'Deployment', name: deployment.metadata.name });
    expect(container.envFrom).toEqual([{ configMapRef: { name: 'wardline' } }, { secretRef: { name: 'wardline' } }]);
    const mounts = container.volumeMounts.map((one: Manifest) => one.name);
    expect(mounts.sort()).toEqual(pod.volumes.map((one: Manifest) => one.name).sort());
    expect(manifestOf('Secret', 'wardline-tls').type).toBe('kubernetes.io/tls');
  });

  it('mount the certificate where the settings look for it, and a writable folder where the image writes', () => {
    const at = (name: string) => container.volumeMounts.find((one: Manifest) => one.name === name).mountPath as string;
    const keys = Object.keys(manifestOf('Secret', 'wardline-tls').stringData as object);
    expect(keys.map((key) => join(at('tls'), key))).toEqual([config.http.TLS_CERT_FILE, config.http.TLS_KEY_FILE]);
    expect(read('Dockerfile')).toContain(`VOLUME ${at('data')}\n`);
  });

  it('give a stopping pod the time that it takes, and leave the Service time to forget it', () => {
    const { command } = container.lifecycle.preStop.exec;
    expect(command).toEqual(['sleep', expect.stringMatching(/^\d+$/)]);
    const { SHUTDOWN_DRAIN_SEC } = config.operations;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(Number(command[1]) + SHUTDOWN_DRAIN_SEC + 10);
  });

  it('keep clients on their pod for an hour, and more than one pod up whatever happens', () => {
    const { spec } = manifestOf('Service');
    expect(spec).toMatchObject({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 3600 } } });
    const replicas = deployment.spec.replicas as number;
    expect(replicas - manifestOf('PodDisruptionBudget').spec.maxUnavailable).toBeGreaterThanOrEqual(2);
    expect(manifestOf('HorizontalPodAutoscaler').spec.minReplicas).toBe(replicas);
    expect(deployment.spec.strategy.rollingUpdate.maxUnavailable).toBe(0);
    expect(config.cluster.REDIS_URL).toBeDefined();
  });

  it('run as nobody in particular, in a file system that is only read, within a memory limit', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources.limits.memory).toMatch(/^\d+Mi$/);
    expect(Object.keys(container.resources.requests).sort()).toEqual(['cpu', 'memory']);
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  const kubectl = findProgram('kubectl');
  it.runIf(kubectl !== undefined)('are put together by kustomize', () => {
    const { status, stdout, stderr } = spawnSync(kubectl!, ['kustomize', join(DEPLOY, 'kubernetes')], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('kind: HorizontalPodAutoscaler');
  });
});

describe('the compose file', () => {
  const [compose] = readYaml('compose.yaml');
  const nodes = Object.entries<Manifest>(compose.services).filter(([name]) => name.startsWith('wardline-'));
  const example = Object.fromEntries(
    read('compose.env.example')
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => line.split('=') as [string, string]),
  );
  /** As compose does it, with everything that is asked for given. */
  const filledIn = (text: string) =>
    text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string | undefined, rest: string | undefined) => {
      expect(kind, `${name} has neither a default nor a complaint`).toBeDefined();
      return kind === '-' ? (rest ?? '') : 'x'.repeat(40);
    });

  it('starts two nodes, PostgreSQL, Redis and HAProxy', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['haproxy', 'postgres', 'redis', 'wardline-1', 'wardline-2']);
  });

  it('gives the nodes settings that there are, with values that are taken', () => {
    for (const [, node] of nodes) {
      for (const name of Object.keys(node.environment as object)) expect(SETTINGS).toContain(name);
      const given = Object.fromEntries(Object.entries<string>(node.environment).map(([name, value]) => [name, filledIn(value)]));
      const config = readConfig(given);
      expect(new URL(config.database.DATABASE_URL!).hostname).toBe('postgres');
      expect(new URL(config.cluster.REDIS_URL!).hostname).toBe('redis');
      expect(config.http.TRUSTED_PROXIES).toEqual([compose.services.haproxy.networks.ward.ipv4_address]);
      expect(Number.parseInt(node.stop_grace_period as string)).toBeGreaterThan(config.operations.SHUTDOWN_DRAIN_SEC + 5);
    }
  });

  it('lets the nodes work under a role that owns nothing, and migrate under the owner', () => {
    for (const [, { environment }] of nodes) {
      expect(environment.DATABASE_URL).toMatch(/^postgresql:\/\/wardline_app:/);
      expect(environment.DATABASE_MIGRATION_URL).toMatch(/^postgresql:\/\/wardline_owner:/);
    }
    const script = read('docker/create-roles.sh');
    for (const role of ['wardline_owner', 'wardline_app']) expect(script).toMatch(new RegExp(`^CREATE ROLE ${role} LOGIN PASSWORD`, 'm'));
    expect(compose.services.postgres.volumes).toContain('./docker/create-roles.sh:/docker-entrypoint-initdb.d/10-roles.sh:ro');
  });

  it('asks for every secret that has no default, and the example lists them all', () => {
    const asked = [...read('compose.yaml').matchAll(/\$\{(\w+):\?/g)].map((found) => found[1] ?? '');
    expect(asked.length).toBeGreaterThan(3);
    for (const name of asked) expect(example).toHaveProperty(name, '');
  });

  it('tells HAProxy where the nodes are, in words that its configuration knows', () => {
    const haproxy = compose.services.haproxy;
    const known = new Set([...read('haproxy/haproxy.cfg').matchAll(/"\$\{(\w+)-/g)].map((found) => found[1]));
    expect(new Set(Object.keys(haproxy.environment as object))).toEqual(known);
    const addresses = nodes.map(([, node]) => `${node.networks.ward.ipv4_address as string}:8443`);
    expect([haproxy.environment.WARDLINE_NODE_1, haproxy.environment.WARDLINE_NODE_2]).toEqual(addresses);
    const target = (haproxy.ports[0] as string).split(':')[1];
    expect(haproxy.environment.WARDLINE_BIND).toBe(`:${String(target)}`);
  });

  it('mounts and builds from what there is', () => {
    for (const service of Object.values<Manifest>(compose.services)) {
      for (const volume of (service.volumes ?? []) as string[]) {
        const [source = ''] = volume.split(':');
        if (!source.startsWith('.')) expect(compose.volumes).toHaveProperty(source);
        else if (!source.includes('certificates')) expect(existsSync(join(DEPLOY, source)), source).toBe(true);
      }
      if (service.build) expect(existsSync(join(DEPLOY, service.build.context as string, service.build.dockerfile as string))).toBe(true);
    }
  });
});

describe('the kernel settings and limits', () => {
  it('are the ones that were worked out, each with a reason', () => {
    const settings = Object.fromEntries(
      reasoned('sysctl.conf').map(({ line, reason }) => {
        expect(reason, line).toBeDefined();
        return line.split(' = ') as [string, string];
      }),
    );
    expect(settings).toEqual({
      'fs.nr_open': '1048576',
      'net.core.somaxconn': '65535',
      'net.ipv4.tcp_max_syn_backlog': '8192',
      'net.ipv4.ip_local_port_range': '1024 65535',
      'net.ipv4.tcp_tw_reuse': '1',
      'net.ipv4.tcp_mem': '786432 1048576 1572864',
      'net.ipv4.tcp_rmem': '4096 87380 16777216',
      'net.ipv4.tcp_wmem': '4096 65536 16777216',
      'net.ipv4.tcp_keepalive_time': '300',
      'net.ipv4.tcp_keepalive_intvl': '60',
      'net.ipv4.tcp_congestion_control': 'bbr',
      'net.core.default_qdisc': 'fq',
    });
  });

  it.runIf(process.platform === 'linux')('exist in the kernel', () => {
    for (const { line } of reasoned('sysctl.conf')) {
      const [name = ''] = line.split(' = ');
      expect(existsSync(join('/proc/sys', name.replaceAll('.', '/'))), name).toBe(true);
    }
  });

  it('raise the limit of descriptors, for both of its kinds', () => {
    const lines = reasoned('limits.conf');
    for (const { line, reason } of lines) expect(reason, line).toBeDefined();
    expect(lines.map(({ line }) => line)).toEqual(['wardline soft nofile 1048576', 'wardline hard nofile 1048576']);
  });
});

describe('the nftables example', () => {
  const nft = findProgram('nft');
  const unshare = findProgram('unshare');
  itIsInstalled('nft', nft !== undefined);
  const file = join(DEPLOY, 'nftables.conf');
  const inNamespace = (script: string, ...args: string[]) =>
    spawnSync(unshare ?? 'false', ['--net', '/bin/sh', '-c', script, 'sh', ...args], { encoding: 'utf8' });
  const mayUnshare = nft !== undefined && inNamespace('"$1" list ruleset', nft).status === 0;

  it.runIf(nft !== undefined && (mayUnshare || process.getuid?.() === 0))('is taken by nft', () => {
    const { status, stderr } = spawnSync(nft!, ['-c', '-f', file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.runIf(mayUnshare)('can be loaded again over itself, and drops what comes too often to its port only', () => {
    const strict = join(folder(), 'strict.nft');
    const text = read('nftables.conf').replaceAll(
      'limit rate over 200/second burst 5000 packets',
      'limit rate over 1/minute burst 5 packets',
    );
    expect(text).not.toBe(read('nftables.conf'));
    writeFileSync(strict, text);
    const knock = join(folder(), 'knock.mjs');
    writeFileSync(
      knock,
      `import net from 'node:net';
       const listen = (port) => new Promise((done) => { const server = net.createServer().listen(port, '127.0.0.1', () => done(server)); });
       const knock = (port) => new Promise((done) => {
         const socket = net.connect({ port, host: '127.0.0.1', timeout: 300 });
         const end = (came) => { socket.destroy(); done(came); };
         socket.on('connect', () => end(1)).on('timeout', () => end(0)).on('error', () => end(0));
       });
       const count = {};
       for (const port of [443, 444]) {
         await listen(port);
         count[port] = 0;
         for (let n = 0; n < 10; n++) count[port] += await knock(port);
       }
       console.log(JSON.stringify(count));
       process.exit(0);`,
    );
    const script = 'set -e; "$1" -f "$2"; "$1" -f "$2"; "$1" -f "$3"; ip link set lo up; exec "$4" "$5"';
    const { stdout, stderr } = inNamespace(script, nft!, file, strict, process.execPath, knock);
    expect(stderr).toBe('');
    const count = JSON.parse(stdout) as Record<string, number>;
    expect(count['444']).toBe(10);
    expect(count['443']).toBeGreaterThanOrEqual(5);
    expect(count['443']).toBeLessThan(8);
  });
});
