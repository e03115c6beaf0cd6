import { Body, Controller, Get, Header, Headers, HttpCode, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { goneSignal, waitParam } from '../../events/transports/long-poll.js';
import { Public } from '../../identity/access/access.js';
import { Accepts } from '../../platform/http/route-marks.js';
import { notFound } from '../../platform/common/errors.js';
import { newId, uuid } from '../../platform/common/values/ids.js';
import { GuestCalls } from './guest-calls.service.js';
import { GuestEntry, protectGuestPage } from './guest-entry.js';
import { GuestErrorFilter } from './guest-error.filter.js';
import { type GuestBed, GuestLinks } from './guest-links.service.js';
import { renderGuestPage } from './guest-page.js';
import { GUEST_JS } from './guest-script.js';
import { GUEST_CSS } from './guest-style.js';
import { chooseLanguage, pageLanguages } from './guest-texts.js';

const ASSET_CACHE = 'public, max-age=3600';
const pageQuery = z.strictObject({ lang: z.string().max(35).optional() });
const stateQuery = z.strictObject({ known: z.enum(['idle', 'sent', 'on_the_way', 'done']).optional(), wait: waitParam });
const pressBody = z.strictObject({
  key: uuid.optional(),
  type: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,31}$/)
    .optional(),
});

/** A patient's page: one button for one bed, without an account. It names nobody, and works without JavaScript. */
@ApiExcludeController()
@Public()
@UseFilters(GuestErrorFilter)
@Controller('g')
export class GuestController {
  constructor(
    private readonly links: GuestLinks,
    private readonly calls: GuestCalls,
    private readonly entry: GuestEntry,
  ) {}

  @Get('-/guest.css')
  @Header('Content-Type', 'text/css; charset=utf-8')
  @Header('Cache-Control', ASSET_CACHE)
  style(): string {
    return GUEST_CSS;
  }

  @Get('-/guest.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  @Header('Cache-Control', ASSET_CACHE)
  script(): string {
    return GUEST_JS;
  }

  @Get(':token')
  async page(
    @Param('token') token: string,
    @Query({ schema: pageQuery }) { lang }: z.infer<typeof pageQuery>,
    @Headers('accept-language') accepted: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    protectGuestPage(response);
    const bed = await this.require(token);
    this.entry.requireWithinLimit(bed);
    await this.entry.welcome(bed, request, response);
    const { languages: all, wishes } = await this.calls.wishes(bed);
    const languages = pageLanguages(all);
    const language = chooseLanguage(languages, lang, accepted);
    const state = await this.calls.state(bed);
    response.type('html').send(renderGuestPage({ path: `/g/${token}`, language, languages, state, wishes, key: newId() }));
  }

  /** Never limited. With `Accept: application/json` the state, else back to the page. */
  @Accepts('form')
  @Post(':token')
  @HttpCode(200)
  async press(
    @Param('token') token: string,
    @Query({ schema: pageQuery }) { lang }: z.infer<typeof pageQuery>,
    @Body({ schema: pressBody }) { key, type }: z.infer<typeof pressBody>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    protectGuestPage(response);
    const bed = await this.require(token);
    this.entry.requireOrigin(request);
    await this.entry.admit(bed, request);
    await this.calls.press(bed, type, key);
    if (request.accepts(['html', 'json']) === 'json') {
      response.json({ state: await this.calls.state(bed) });
      return;
    }
    const language = lang === undefined ? '' : `?lang=${encodeURIComponent(lang)}`;
    response.redirect(303, `/g/${token}${language}`);
  }

  /** How far help has come. With `wait`: as soon as it differs from `known`, or after so many seconds. */
  @Get(':token/state')
  async state(
    @Param('token') token: string,
    @Query({ schema: stateQuery }) { known, wait }: z.infer<typeof stateQuery>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    protectGuestPage(response);
    const bed = await this.require(token);
    this.entry.requireWithinLimit(bed);
    await this.entry.admit(bed, request);
    const now = await this.calls.state(bed);
    const state = wait > 0 ? await this.calls.change(bed, known ?? now, wait, goneSignal(response)) : now;
    // It may have ended meanwhile.
    await this.require(token);
    response.json({ state });
  }

  private async require(token: string): Promise<GuestBed> {
    const bed = await this.links.open(token);
    if (!bed) throw notFound('link');
    return bed;
  }
}
