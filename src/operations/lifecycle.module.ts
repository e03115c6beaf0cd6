import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { HealthModule } from './health.module.js';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { CapacityWarnings } from './lifecycle/capacity-warnings.js';
import { CertificateWatch } from '../platform/certificates/certificate-watch.js';
import { Departures } from './shutdown/departures.service.js';
import { Drain } from './shutdown/drain.service.js';
import { HttpTraffic } from './shutdown/http-traffic.js';
import { MemoryWatch } from './lifecycle/memory-watch.js';
import { ServerLife } from './lifecycle/server-life.js';
import { Upkeep } from './lifecycle/upkeep.js';

/** How the node comes and goes. */
@Global()
@Module({
  imports: [ScheduleModule.forRoot(), HealthModule, RealtimeModule],
  providers: [
    makeGaugeProvider({ name: 'wardline_server_state', help: '1 for the state that the node is in.', labelNames: ['state'] }),
    makeGaugeProvider({ name: 'wardline_tls_cert_expiry_seconds', help: 'Until the certificate that is served ends; negative after it.' }),
    Upkeep,
    ServerLife,
    HttpTraffic,
    Drain,
    Departures,
    MemoryWatch,
    CertificateWatch,
    CapacityWarnings,
  ],
  exports: [Departures, Drain, HttpTraffic],
})
export class LifecycleModule {}
