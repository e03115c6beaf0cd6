/** Which folder may know which. A feature shows others its *.module, *.service, entities and event types only. */
const FEATURES =
  'auth|audit|cluster|rooms|commands|hospital|staffing|calls|dispatch|escalation|presence|reports|scheduling|supervision|notifications|realtime|events|limits|admin|health|metrics|lifecycle|http';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src', pathNot: '(main|cli/.*)\\.ts$' }, to: {} },
    { name: 'common-knows-nobody', severity: 'error', from: { path: '^src/common/' }, to: { path: '^src/(?!common/)' } },
    { name: 'config-knows-nobody', severity: 'error', from: { path: '^src/config/' }, to: { path: '^src/(?!config/|common/)' } },
    { name: 'database-knows-no-feature', severity: 'error', from: { path: '^src/database/' }, to: { path: `^src/(${FEATURES})/` } },
    {
      name: 'events-know-no-feature',
      comment: 'events know who may read (auth), and nothing of what they mean',
      severity: 'error',
      from: { path: '^src/events/' },
      to: {
        path: '^src/(cluster|rooms|hospital|staffing|calls|dispatch|escalation|presence|reports|scheduling|supervision|notifications|realtime|admin|health|metrics|lifecycle|http)/',
      },
    },
    {
      name: 'cluster-knows-no-feature',
      comment: 'what nodes share knows nothing of sockets, and nothing of what is sent',
      severity: 'error',
      from: { path: '^src/cluster/' },
      to: {
        path: '^src/(hospital|staffing|calls|dispatch|escalation|presence|reports|supervision|notifications|realtime|rooms|admin|health|metrics|lifecycle|http)/',
      },
    },
    {
      name: 'limits-know-no-feature',
      comment: 'they know who asks (auth), and nothing of what is asked for',
      severity: 'error',
      from: { path: '^src/limits/' },
      to: { path: `^src/(${FEATURES.replace('auth|', '').replace('limits|', '')})/` },
    },
    {
      name: 'realtime-knows-no-feature',
      severity: 'error',
      from: { path: '^src/realtime/' },
      to: { path: '^src/(hospital|staffing|calls|admin|health|metrics|lifecycle)/' },
    },
    {
      name: 'hospital-knows-no-calls',
      severity: 'error',
      from: { path: '^src/hospital/' },
      to: { path: '^src/(staffing|calls|realtime|admin)/' },
    },
    { name: 'staffing-knows-no-calls', severity: 'error', from: { path: '^src/staffing/' }, to: { path: '^src/(calls|admin)/' } },
    {
      name: 'calls-know-no-admin',
      severity: 'error',
      from: { path: '^src/calls/' },
      to: { path: '^src/(admin|lifecycle|health|metrics)/' },
    },
    {
      name: 'features-show-their-services-only',
      severity: 'error',
      from: { path: '^src/(calls|admin)/' },
      to: { path: '^src/(staffing|hospital|calls)/', pathNot: ['^src/$1/', '\\.(module|service|entity)\\.ts$', 'station-keys\\.ts$'] },
    },
    {
      name: 'bench-is-a-client',
      comment: 'it speaks the public contract',
      severity: 'error',
      from: { path: '^bench/(simulate|client|press)' },
      to: { path: '^src/' },
    },
    { name: 'not-to-test', severity: 'error', from: { path: '^(src|bench)' }, to: { path: '^test/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.js'] },
  },
};
