import { z } from 'zod';
import { toApiError } from './api-error.js';
import type { HttpAnswer, HttpClient, Method } from './http-client.js';

const loginSchema = z.object({
  user: z.object({ id: z.string(), role: z.string() }),
  csrf_token: z.string(),
  password_change_required: z.boolean().default(false),
});

/** A person signed in: the cookie, the CSRF token, and requests made with both. */
export class Session {
  private constructor(
    private readonly http: HttpClient,
    readonly staffId: string,
    readonly role: string,
    readonly cookie: string,
    private readonly csrfToken: string,
    /** Another person set the password: only changing it is open. */
    readonly mustChangePassword: boolean,
  ) {}

  static async signIn(http: HttpClient, username: string, password: string): Promise<Session> {
    const answer = await http.send('POST', '/api/v1/auth/login', { body: { username, password } });
    if (answer.status !== 200) throw toApiError(`sign-in of ${username}`, answer);
    const { user, csrf_token: csrfToken, password_change_required: mustChangePassword } = loginSchema.parse(answer.body);
    const cookie = (answer.headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0] ?? '').join('; ');
    return new Session(http, user.id, user.role, cookie, csrfToken, mustChangePassword);
  }

  /** Sends as this person; the answer may be of any status. */
  send(method: Method, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    return this.http.send(method, path, {
      headers: { cookie: this.cookie, 'x-csrf-token': this.csrfToken, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  /** Sends as this person, and throws an `ApiError` for any status but 2xx. */
  async must(method: Method, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    const answer = await this.send(method, path, body, headers);
    if (answer.status < 200 || answer.status > 299) throw toApiError(`${method} ${path}`, answer);
    return answer;
  }

  /** True while the server knows this session. */
  async isAlive(): Promise<boolean> {
    const answer = await this.send('GET', '/api/v1/auth/session');
    return answer.status === 200;
  }
}
