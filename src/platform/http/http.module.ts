import { Module } from '@nestjs/common';
import { makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { RequestRate } from './request-rate.js';
import { ServerWatch } from './server-watch.js';

/** The server's own connections, before there is a request. */
@Module({
  providers: [
    makeCounterProvider({ name: 'wardline_tls_errors_total', help: 'TLS handshakes that failed.' }),
    makeCounterProvider({
      name: 'wardline_connections_cut_total',
      help: 'Connections that never became a request: slow handshakes, what is not HTTP, too many.',
      labelNames: ['reason'],
    }),
    ServerWatch,
    RequestRate,
  ],
})
export class HttpModule {}
