import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An OpenID provider at which whoever is named has signed in already. */
export class OpenIdStandIn {
  issuer = '';
  private readonly codes = new Map<string, { challenge: string; claims: object }>();
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const answer = request.url === '/token' ? this.exchange(new URLSearchParams(body)) : this.discovery();
      response.writeHead('error' in answer ? 400 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.issuer = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** The person signs in at the page to which `location` leads. @returns the query that the browser brings back */
  signIn(location: string, person: object): string {
    const asked = new URL(location).searchParams;
    const code = `code-${this.codes.size}`;
    const claims = { iss: this.issuer, aud: asked.get('client_id'), nonce: asked.get('nonce'), ...person };
    this.codes.set(code, { challenge: asked.get('code_challenge') ?? '', claims });
    return new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString();
  }

  private discovery() {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      ...{ response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] },
    };
  }

  private exchange(form: URLSearchParams) {
    const known = this.codes.get(form.get('code') ?? '');
    this.codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (known?.challenge !== challenge) return { error: 'invalid_grant' };
    const now = Math.floor(Date.now() / 1000);
    const id_token = [part({ alg: 'RS256' }), part({ iat: now, exp: now + 60, ...known.claims }), part({})].join('.');
    return { access_token: 'not-used', token_type: 'Bearer', id_token };
  }
}
