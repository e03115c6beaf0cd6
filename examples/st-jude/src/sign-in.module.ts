import { Controller, Get, Inject, Module, Req, Res } from '@nestjs/common';
import * as oidc from 'openid-client';
import { ExternalSignIn, Public, type Role, settingsOf, type SettingsOf, type SignInExchange } from 'wardline';
import { z } from 'zod';
import { errors } from './errors.js';

const COOKIE = '__Host-st_jude_sso';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';
/** The secrets of one sign-in. The browser keeps them while it is away at the provider. */
const attempt = z.tuple([z.string(), z.string(), z.string()]);
const person = z.object({ preferred_username: z.string(), name: z.string(), groups: z.array(z.string()).default([]) });

type Request = SignInExchange['request'];
type Response = SignInExchange['response'] & { redirect(status: number, url: string): void };

/** Roles by group, the first that fits. */
const ROLES: readonly (readonly [group: string, role: Role])[] = [
  ['it', 'admin'],
  ['head-nurses', 'manager'],
  ['doctors', 'doctor'],
  ['cleaners', 'housekeeping'],
];

/** `ward-icu` and `ward-med` are departments. */
function placeOf(groups: readonly string[]): { role: Role; departments: string[] } {
  const departments = groups.filter((group) => group.startsWith('ward-')).map((group) => group.slice('ward-'.length));
  const role = ROLES.find(([group]) => groups.includes(group))?.[1] ?? 'nurse';
  if (departments.length === 0 && role !== 'admin') throw errors.SSO_REFUSED('no ward of this hospital');
  return { role, departments };
}

/** ALLOWED_HOSTS holds the names by which Wardline answers. */
const here = ({ headers }: Request, path: string) => new URL(path, `https://${headers.host ?? ''}`);

/** People sign in where they do for everything else in the hospital: OpenID Connect, the code flow with PKCE. */
@Public()
@Controller('api/v1/st-jude/sso')
class SignInController {
  constructor(
    private readonly external: ExternalSignIn,
    @Inject(settingsOf('st-jude')) private readonly settings: SettingsOf<'st-jude'>,
  ) {}

  @Get('login')
  async login(@Req() request: Request, @Res() response: Response): Promise<void> {
    const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
    const url = oidc.buildAuthorizationUrl(await this.provider(), {
      redirect_uri: here(request, '/api/v1/st-jude/sso/callback').href,
      scope: 'openid profile groups',
      ...{ state, nonce, code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    });
    response.append('Set-Cookie', `${COOKIE}=${[state, nonce, verifier].join('.')}; Max-Age=600; ${ATTRIBUTES}`);
    response.redirect(303, url.href);
  }

  @Get('callback')
  async callback(@Req() request: Request, @Res() response: Response): Promise<void> {
    const kept = new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1]?.split('.');
    const [expectedState, expectedNonce, pkceCodeVerifier] = attempt.safeParse(kept).data ?? refuse('another browser began this sign-in');
    const provider = await this.provider();
    const tokens = await oidc
      .authorizationCodeGrant(provider, here(request, request.url ?? ''), { expectedState, expectedNonce, pkceCodeVerifier })
      .catch((cause: unknown) => refuse('the sign-in is not valid', cause));
    const claims = tokens.claims() ?? refuse('nobody signed in');
    const { preferred_username: username, name, groups } = person.safeParse(claims).data ?? refuse('the person has no name');
    response.append('Set-Cookie', `${COOKIE}=; Max-Age=0; ${ATTRIBUTES}`);
    const who = { issuer: claims.iss, subject: claims.sub, username, name, ...placeOf(groups) };
    await this.external.signInExternal(who, { request, response });
    response.redirect(303, '/app');
  }

  private async provider(): Promise<oidc.Configuration> {
    const { ST_JUDE_SSO_ISSUER: issuer, ST_JUDE_SSO_CLIENT_ID: id, ST_JUDE_SSO_CLIENT_SECRET: secret } = this.settings;
    if (issuer === undefined) throw errors.SSO_AWAY('no sign-in is set up');
    // Without TLS only on this machine, as in the tests.
    const execute = new URL(issuer).hostname === '127.0.0.1' ? [oidc.allowInsecureRequests] : [];
    return oidc.discovery(new URL(issuer), id, secret, undefined, { execute, timeout: 5 }).catch((cause: unknown) => {
      throw errors.SSO_AWAY('the sign-in does not answer', { cause, retryAfter: 5 });
    });
  }
}

function refuse(why: string, cause?: unknown): never {
  throw errors.SSO_REFUSED(why, { cause });
}

@Module({ controllers: [SignInController] })
export class SignInModule {}
