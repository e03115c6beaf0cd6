import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { HealthModule } from './health.module.js';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { CapacityWarnings } from './lifecycle/capacity-warnings.js';
import { CertificateWatch } from '../platform/certificates/certificate-watch.js';
import { ShutdownRequests } from './shutdown/shutdown-requests.service.js';
import { Drain } from './shutdown/drain.service.js';
import { HttpTraffic } from './shutdown/http-traffic.js';
import { MemoryWatch } from './lifecycle/memory-watch.js';
import { ServerStateReporter } from './lifecycle/server-state-reporter.js';
import { ExpiredRowPurge } from './lifecycle/expired-row-purge.js';
import { gaugeProvider } from '../platform/metrics/metric-providers.js';

/** How the node comes and goes. */
@Global()
@Module({
  imports: [ScheduleModule.forRoot(), HealthModule, RealtimeModule],
  providers: [
    gaugeProvider({ name: 'wardline_server_state', help: '1 for the state that the node is in.', labelNames: ['state'] }),
    gaugeProvider({ name: 'wardline_tls_cert_expiry_seconds', help: 'Until the certificate that is served ends; negative after it.' }),
    ExpiredRowPurge,
    ServerStateReporter,
    HttpTraffic,
    Drain,
    ShutdownRequests,
    MemoryWatch,
    CertificateWatch,
    CapacityWarnings,
  ],
  exports: [ShutdownRequests, Drain, HttpTraffic],
})
export class LifecycleModule {}
