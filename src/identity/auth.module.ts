import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { makeCounterProvider, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { AuthController } from './sign-in/auth.controller.js';
import { AuthUpkeep } from './sign-in/auth-upkeep.js';
import { DeviceCookie } from './sign-in/device-cookie.js';
import { DepartmentAccess } from './access/department-access.js';
import { IdentityProvider } from './access/identity-provider.js';
import { OriginGuard } from './access/origin.guard.js';
import { OwnSessionsController } from './sessions/own-sessions.controller.js';
import { OwnSessionsService } from './sessions/own-sessions.service.js';
import { PasswordChangeService } from './sign-in/password-change.service.js';
import { Passwords } from './sign-in/passwords.js';
import { SESSION_SIGNING_SECRETS, SessionCookie } from './sessions/session-cookie.js';
import { SessionCookieGuard } from './sessions/session-cookie.guard.js';
import { SessionEndings } from './sessions/session-endings.js';
import { SessionIdentityProvider } from './sessions/session-identity-provider.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SignInBudgets } from './sign-in/sign-in-budgets.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { StaffPasswords } from './sign-in/staff-passwords.js';
import { TlsGuard } from './access/tls.guard.js';
import { AllowedHosts } from './access/allowed-hosts.js';
import { TrustedProxies } from './access/trusted-proxies.js';

const shown = [
  SessionsService,
  SessionEndings,
  Passwords,
  TrustedProxies,
  AllowedHosts,
  TlsGuard,
  OriginGuard,
  SessionCookieGuard,
  SignInService,
  SignInBudgets,
  DepartmentAccess,
];

/** Who somebody is, and how long that holds. */
@Module({})
export class AuthModule {
  static with(
    signingSecrets: readonly [string, ...string[]],
    identityProvider: Type<IdentityProvider> = SessionIdentityProvider,
  ): DynamicModule {
    return {
      module: AuthModule,
      global: true,
      controllers: [AuthController, OwnSessionsController],
      providers: [
        { provide: SESSION_SIGNING_SECRETS, useValue: signingSecrets },
        { provide: IdentityProvider, useClass: identityProvider },
        makeCounterProvider({
          name: 'wardline_department_denied_total',
          help: 'Requests about departments that the caller does not belong to.',
        }),
        makeGaugeProvider({ name: 'wardline_login_queue_depth', help: 'Sign-ins that wait for their password to be checked.' }),
        SessionCookie,
        DeviceCookie,
        OwnSessionsService,
        PasswordChangeService,
        StaffPasswords,
        AuthUpkeep,
        ...shown,
      ],
      exports: [...shown, IdentityProvider],
    };
  }
}
