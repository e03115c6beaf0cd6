import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { typedText } from '../../platform/common/values/text.js';
import { noBody, type NoBody } from '../../platform/common/values/validation.js';
import { BeforePasswordChange, CurrentStaff, Public } from '../access/access.js';
import { DeviceCookie } from './device-cookie.js';
import type { GuardedRequest } from '../access/guarded-request.js';
import { newPassword } from './new-password.js';
import { PasswordChangeService } from './password-change.service.js';
import { capabilitiesOf } from '../access/capabilities.js';
import { type StaffPrincipal, userView } from '../access/principal.js';
import { csrfTokenOf, SessionCookie } from '../sessions/session-cookie.js';
import { SignInService } from './sign-in.service.js';

const password = typedText(1, 200);
const loginBody = z.strictObject({ username: typedText(1, 64), password });
const passwordBody = z.strictObject({ current_password: password, new_password: newPassword });

function sessionView(principal: StaffPrincipal, csrfToken: string | null) {
  return {
    user: userView(principal),
    capabilities: capabilitiesOf(principal.role),
    csrf_token: csrfToken,
    expires_at: new Date(principal.expiresAt).toISOString(),
    password_change_required: principal.passwordChangeRequired ?? false,
  };
}

@ApiTags('sign-in')
@BeforePasswordChange()
@Controller('api/v1/auth')
export class AuthController {
  constructor(
    private readonly signIns: SignInService,
    private readonly passwords: PasswordChangeService,
    private readonly cookie: SessionCookie,
    private readonly devices: DeviceCookie,
  ) {}

  @Public()
  @Post('login')
  @HttpCode(200)
  async login(
    @Body({ schema: loginBody }) body: z.infer<typeof loginBody>,
    @Req() request: GuardedRequest,
    @Res({ passthrough: true }) response: Response,
  ) {
    const username = body.username.toLowerCase();
    const cookies = request.headers.cookie;
    const { principal, token } = await this.signIns.signIn({
      username,
      password: body.password,
      address: request.clientAddress ?? '',
      device: this.devices.deviceOf(cookies, username),
      replaces: this.cookie.read(cookies) ?? undefined,
    });
    response.setHeader('Set-Cookie', [this.cookie.issue(token), this.devices.issue(cookies, username)]);
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
    await this.passwords.change(staff, {
      current: body.current_password,
      next: body.new_password,
      address: request.clientAddress ?? '',
      device: this.devices.deviceOf(request.headers.cookie, staff.username),
    });
  }
}
