import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { noBody, type NoBody } from '../../platform/common/validation.js';
import { CurrentStaff, Public } from '../access/access.js';
import type { GuardedRequest } from '../access/guarded-request.js';
import { type StaffPrincipal, userView } from '../access/principal.js';
import { csrfTokenOf, SessionCookie } from '../sessions/session-cookie.js';
import { SignInService } from './sign-in.service.js';

/** Long enough to be worth hashing, short enough to hash. */
export const newPassword = z.string().min(10).max(200);
const loginBody = z.strictObject({ username: z.string().min(1).max(64), password: z.string().min(1).max(200) });
const passwordBody = z.strictObject({ current_password: z.string().min(1).max(200), new_password: newPassword });

function sessionView(principal: StaffPrincipal, csrfToken: string | null) {
  return { user: userView(principal), csrf_token: csrfToken, expires_at: new Date(principal.expiresAt).toISOString() };
}

@ApiTags('sign-in')
@Controller('api/v1/auth')
export class AuthController {
  constructor(
    private readonly signIns: SignInService,
    private readonly cookie: SessionCookie,
  ) {}

  @Public()
  @Post('login')
  @HttpCode(200)
  async login(
    @Body({ schema: loginBody }) body: z.infer<typeof loginBody>,
    @Req() request: GuardedRequest,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { principal, token } = await this.signIns.signIn(body.username, body.password, request.clientAddress ?? '');
    response.setHeader('Set-Cookie', this.cookie.issue(token));
    return sessionView(principal, csrfTokenOf(token));
  }

  @Get('session')
  session(@CurrentStaff() staff: StaffPrincipal, @Req() request: GuardedRequest) {
    return sessionView(staff, request.csrfToken ?? null);
  }

  @Post('logout')
  @HttpCode(204)
  async logout(
    @CurrentStaff() staff: StaffPrincipal,
    @Body({ schema: noBody }) _body: NoBody,
    @Req() request: GuardedRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    await this.signIns.signOut(staff, request.clientAddress ?? '');
    response.setHeader('Set-Cookie', this.cookie.clear());
  }

  @Post('password')
  @HttpCode(204)
  async password(
    @CurrentStaff() staff: StaffPrincipal,
    @Body({ schema: passwordBody }) body: z.infer<typeof passwordBody>,
    @Req() request: GuardedRequest,
  ): Promise<void> {
    await this.signIns.changePassword(staff, body.current_password, body.new_password, request.clientAddress ?? '');
  }
}
