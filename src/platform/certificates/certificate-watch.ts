import { X509Certificate } from 'node:crypto';
import type { Server } from 'node:https';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { Clock } from '../common/clock.js';
import { Logger } from '../logging/logger.js';
import { SerialTask } from '../scheduling/serial-task.js';
import { CIPHERS, checkedCertificate, type CertificateSource, type KeyPair, type TlsOptions } from './certificate.js';

/**
 * The watch compares the content. It changes whichever way the files do (written over, renamed into place, a link above them
 * that is turned, as Kubernetes does), and on every file system. The files are small.
 */
const LOOK_INTERVAL_MS = 2000;

/** Serves new certificates to new connections. Open sockets go on: they need no certificate any more. */
@Injectable()
export class CertificateWatch implements BeforeApplicationShutdown {
  private looking: SerialTask | undefined;
  /** The problem that was logged last, so that each is logged once. */
  private problem = '';

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    @InjectMetric('wardline_tls_cert_expiry_seconds') private readonly expiry: Gauge,
  ) {
    // Without a certificate there is no such figure: 0 would be an alarm.
    expiry.remove({});
  }

  /** @param served what the server was made with */
  watch(server: Server, source: CertificateSource, served: TlsOptions): void {
    let current: KeyPair = served;
    this.show(current);
    const look = async () => {
      const pair = await this.renewed(source, current);
      if (!pair) return;
      server.setSecureContext({ cert: pair.cert, key: pair.key, minVersion: served.minVersion, ciphers: CIPHERS });
      current = pair;
      this.show(pair);
      this.logger.info('tls.certificate_reloaded', { valid_to: new X509Certificate(pair.cert).validTo });
    };
    this.looking = new SerialTask(look, (error) => {
      this.complain(error);
    });
    this.looking.repeat(LOOK_INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.looking?.stop();
  }

  /** The pair, when it is another one. @throws Error when it is none that can be served: the old one stays */
  private async renewed(source: CertificateSource, current: KeyPair): Promise<KeyPair | undefined> {
    const pair = await source();
    if (pair.cert.equals(current.cert) && pair.key.equals(current.key)) {
      this.problem = '';
      return undefined;
    }
    checkedCertificate(pair, this.clock.now());
    this.problem = '';
    return pair;
  }

  private show(pair: KeyPair): void {
    const { clock, expiry } = this;
    const end = Date.parse(new X509Certificate(pair.cert).validTo);
    (expiry as Gauge & { collect: () => void }).collect = () => {
      expiry.set(Math.round((end - clock.now()) / 1000));
    };
  }

  private complain(error: unknown): void {
    const problem = String(error);
    if (problem === this.problem) return;
    this.problem = problem;
    this.logger.error('tls.certificate_refused', { error });
  }
}
