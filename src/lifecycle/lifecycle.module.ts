import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { HealthModule } from '../health/health.module.js';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { CapacityWarnings } from './capacity-warnings.js';
import { CertificateWatch } from './certificate-watch.js';
import { Departures } from './departures.service.js';
import { Drain } from './drain.service.js';
import { HttpTraffic } from './http-traffic.js';
import { MemoryWatch } from './memory-watch.js';
import { ServerLife } from './server-life.js';
import { Upkeep } from './upkeep.js';

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
