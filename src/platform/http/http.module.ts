import { Global, Module } from '@nestjs/common';
import { RequestRate } from './server/request-rate.js';
import { SlowAnswers } from './server/slow-answers.js';
import { ServerWatch } from './server/server-watch.js';

/** The server's own connections, before there is a request. */
@Global()
@Module({
  providers: [ServerWatch, RequestRate, SlowAnswers],
  exports: [SlowAnswers],
})
export class HttpModule {}
