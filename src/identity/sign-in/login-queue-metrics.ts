import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { Passwords } from './passwords.js';

/** Shows how many sign-ins wait, when the metrics are scraped. */
@Injectable()
export class LoginQueueMetrics implements OnModuleInit {
  constructor(
    private readonly passwords: Passwords,
    @InjectMetric('wardline_login_queue_depth') private readonly gauge: Gauge,
  ) {}

  onModuleInit(): void {
    const { gauge, passwords } = this;
    (gauge as Gauge & { collect: () => void }).collect = () => {
      gauge.set(passwords.queueDepth);
    };
  }
}
