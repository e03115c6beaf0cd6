/**
 * Which folder may import which. No cycle between files, none between folders.
 * A district's `*.module.ts` files are in the district's root: only modules and the application import them.
 */
const WARD = 'src/ward/';
const ABOVE_PLATFORM = '^src/(events|realtime|cluster|identity|ward|rooms|admin|protocol|operations|startup|program|cli)/';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    { name: 'no-folder-cycle', severity: 'error', scope: 'folder', from: { path: '^src' }, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src', pathNot: '(main|cli/.*)\\.ts$' }, to: {} },
    {
      name: 'platform-knows-no-hospital',
      comment: 'what any such server needs; the supervisor and idempotency know the programs and the principals that they serve',
      severity: 'error',
      from: { path: '^src/platform/', pathNot: '^src/platform/(supervisor|idempotency|http)/' },
      to: { path: ABOVE_PLATFORM },
    },
    {
      name: 'platform-common-knows-nobody',
      severity: 'error',
      from: { path: '^src/platform/(common|system)/' },
      to: { path: '^src/(?!platform/(common|system)/)' },
    },
    {
      name: 'events-know-no-ward',
      comment: 'the log knows who may read, and nothing of what an event means',
      severity: 'error',
      from: { path: '^src/events/' },
      to: { path: '^src/(cluster|rooms|ward|realtime|admin|operations|startup)/' },
    },
    {
      name: 'cluster-knows-no-ward',
      severity: 'error',
      from: { path: '^src/cluster/' },
      to: { path: '^src/(ward|rooms|realtime|admin|operations|startup)/' },
    },
    {
      name: 'realtime-knows-no-ward',
      severity: 'error',
      from: { path: '^src/realtime/' },
      to: { path: '^src/(ward|rooms|admin|operations|startup)/' },
    },
    {
      name: 'identity-knows-no-ward',
      severity: 'error',
      from: { path: '^src/identity/' },
      to: { path: '^src/(ward|rooms|realtime/|admin|operations|startup)/' },
    },
    {
      name: 'hospital-knows-no-calls',
      severity: 'error',
      from: { path: `^${WARD}hospital/` },
      to: { path: `^${WARD}(staffing|calls)/|^src/admin/` },
    },
    { name: 'staffing-knows-no-calls', severity: 'error', from: { path: `^${WARD}staffing/` }, to: { path: `^${WARD}calls/|^src/admin/` } },
    { name: 'ward-knows-no-admin', severity: 'error', from: { path: '^src/ward/' }, to: { path: '^src/(admin|operations|startup)/' } },
    {
      name: 'tools-are-clients',
      comment: 'they use the public contract',
      severity: 'error',
      from: { path: '^tools/(simulate|bench/client)' },
      to: { path: '^src/' },
    },
    { name: 'client-knows-no-server', severity: 'error', from: { path: '^packages/client/' }, to: { path: '^(src|tools)/' } },
    { name: 'screens-know-the-client-alone', severity: 'error', from: { path: '^web/' }, to: { path: '^(src|tools)/' } },
    {
      name: 'board-without-the-app',
      severity: 'error',
      from: { path: '^web/src/(board|guest)/' },
      to: { path: '^web/src/(app|sign-in)/' },
    },
    { name: 'shared-knows-no-page', severity: 'error', from: { path: '^web/src/shared/' }, to: { path: '^web/src/(?!shared/)' } },
    { name: 'not-to-test', severity: 'error', from: { path: '^(src|tools)' }, to: { path: '^test/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.js'] },
  },
};
