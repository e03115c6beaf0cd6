import { type DynamicModule, Module } from '@nestjs/common';
import { type Implementation, provideAs } from '../platform/extensions/implementation.js';
import { AuthController } from './sign-in/auth.controller.js';
import { LoginQueueMetrics } from './sign-in/login-queue-metrics.js';
import { DeviceCookie } from './sign-in/device-cookie.js';
import { DepartmentAccess } from './access/department-access.js';
import { BoardIdentities, Callers } from './access/callers.js';
import { BoardCookie } from './boards/board-cookie.js';
import { BoardSessions } from './boards/board-sessions.js';
import { BoardsController } from './boards/boards.controller.js';
import { BoardsService } from './boards/boards.service.js';
import { CodeGuesses } from './boards/code-guesses.js';
import { ReaderSessions } from './boards/reader-sessions.js';
import { ExtensionGuard } from '../platform/extensions/extension-guard.js';
import { GuardedIdentity } from './access/guarded-identity.js';
import { IdentityProvider } from './access/identity-provider.js';
import { OriginGuard } from './origin/origin.guard.js';
import { OwnSessionsController } from './sessions/own-sessions.controller.js';
import { OwnSessionsService } from './sessions/own-sessions.service.js';
import { PasswordChangeService } from './sign-in/password-change.service.js';
import { Passwords } from './sign-in/passwords.js';
import { SESSION_SIGNING_SECRETS, SessionCookie } from './sessions/session-cookie.js';
import { SessionCookieGuard } from './sessions/session-cookie.guard.js';
import { EndedSessions } from './access/ended-sessions.js';
import { SessionEndings } from './sessions/session-endings.js';
import { SessionIdentityProvider } from './sessions/session-identity-provider.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SignInBudgets } from './sign-in/sign-in-budgets.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { StaffPasswords } from './sign-in/staff-passwords.js';
import { TlsGuard } from './origin/tls.guard.js';
import { AllowedHosts } from './origin/allowed-hosts.js';
import { TrustedProxies } from './origin/trusted-proxies.js';
import { counterProvider, gaugeProvider } from '../platform/metrics/metric-providers.js';

const OWN_IDENTITY = Symbol("a hospital's own identity provider");

const shown = [
  Callers,
  BoardsService,
  ReaderSessions,
  SessionsService,
  EndedSessions,
  SessionEndings,
  SessionCookie,
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

/** Identity: sign-in, sessions, and access to routes. */
@Module({})
export class AuthModule {
  static with(signingSecrets: readonly [string, ...string[]], identityProvider?: Implementation<IdentityProvider>): DynamicModule {
    const inForce = identityProvider
      ? [
          provideAs(OWN_IDENTITY, identityProvider),
          {
            provide: IdentityProvider,
            inject: [OWN_IDENTITY, SessionIdentityProvider, ExtensionGuard],
            useFactory: (...parts: ConstructorParameters<typeof GuardedIdentity>) => new GuardedIdentity(...parts),
          },
          SessionIdentityProvider,
        ]
      : [{ provide: IdentityProvider, useClass: SessionIdentityProvider }];
    return {
      module: AuthModule,
      global: true,
      controllers: [AuthController, OwnSessionsController, BoardsController],
      providers: [
        { provide: SESSION_SIGNING_SECRETS, useValue: signingSecrets },
        { provide: BoardIdentities, useClass: BoardSessions },
        BoardCookie,
        CodeGuesses,
        ...inForce,
        counterProvider({
          name: 'wardline_department_denied_total',
          help: 'Requests about departments that the caller does not belong to.',
        }),
        gaugeProvider({ name: 'wardline_login_queue_depth', help: 'Sign-ins that wait for their password to be checked.' }),
        DeviceCookie,
        OwnSessionsService,
        PasswordChangeService,
        StaffPasswords,
        LoginQueueMetrics,
        ...shown,
      ],
      exports: [...shown, IdentityProvider],
    };
  }
}
