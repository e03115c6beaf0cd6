import { Catch } from '@nestjs/common';
import type { Response } from 'express';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import type { DomainError, ErrorCode } from '../../platform/common/errors.js';
import { HttpErrorFilter } from '../../platform/http/errors/error.filter.js';
import { protectGuestPage } from './guest-entry.js';
import { type GuestRefusal, renderGuestRefusal } from './guest-page.js';
import { chooseLanguage, GUEST_LANGUAGES } from './guest-texts.js';

const REFUSALS: Partial<Record<ErrorCode, GuestRefusal>> = { NOT_FOUND: 'gone', FORBIDDEN: 'crowded', RATE_LIMITED: 'busy' };

/** An error on the guest page is a page, in words for a patient; a script still gets JSON. */
@Catch()
export class GuestErrorFilter extends HttpErrorFilter {
  protected override answer(error: DomainError, request: GuardedRequest, response: Response): void {
    if (response.headersSent || response.req.accepts(['json', 'html']) !== 'html') {
      super.answer(error, request, response);
      return;
    }
    protectGuestPage(response);
    const { lang } = response.req.query;
    const language = chooseLanguage(GUEST_LANGUAGES, typeof lang === 'string' ? lang : undefined, request.headers['accept-language']);
    const why = REFUSALS[error.code] ?? 'failed';
    const isOver = why === 'gone' || why === 'crowded';
    this.prepare(error, response)
      .type('html')
      .send(renderGuestRefusal(language, why, isOver ? undefined : response.req.path));
  }
}
