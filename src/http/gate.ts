import type { RequestHandler } from 'express';
import { carriesToken, type WebConfig } from '../listen/index.ts';
import { ApiError } from './api-error.ts';
import { Passwords, PasswordsBusyError } from './passwords.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { RefusalCounts } from './refusal-counts.ts';

export interface GateParts {
  /** What is in force now; null without a web configuration file. */
  readonly webConfig: () => WebConfig | null;
  readonly limiter: RateLimiter;
  readonly passwords: Passwords;
  /** Who has it may do more than read. */
  readonly token: string | null;
  readonly refusals: RefusalCounts;
}

/** The kubelet's probes can carry no secret, and these tell no more than names of collectors. */
const open: ReadonlySet<string> = new Set(['/-/healthy', '/-/ready']);

/** What the web configuration asks of every request: its headers on the answer, its limit on the rate, its users. */
export function gate({ webConfig, limiter, passwords, token, refusals }: GateParts): RequestHandler {
  return async (request, response, next) => {
    const config = webConfig();
    for (const [name, value] of config?.headers ?? []) response.set(name, value);
    if (open.has(request.path)) {
      next();
      return;
    }
    if (!limiter.allows()) {
      refusals.add('rate_limit');
      response.set('Retry-After', '1');
      throw new ApiError(429, 'rate_limit', 'too many requests for rate_limit of the web configuration; try again');
    }
    const header = request.get('authorization');
    const users = config?.users;
    if (users === undefined || users.size === 0 || (token !== null && carriesToken(header, token))) {
      next();
      return;
    }
    const credentials = readBasic(header);
    if (credentials === null || !(await verified(passwords, credentials, users))) {
      refusals.add('unauthenticated');
      response.set('WWW-Authenticate', 'Basic realm="gradwatch", charset="UTF-8"');
      throw new ApiError(
        401,
        'unauthorized',
        'user or password is missing or wrong; send them as HTTP basic authentication',
      );
    }
    next();
  };
}

interface Credentials {
  readonly user: string;
  readonly password: string;
}

async function verified(
  passwords: Passwords,
  { user, password }: Credentials,
  users: ReadonlyMap<string, string>,
): Promise<boolean> {
  try {
    return await passwords.verify(user, password, users);
  } catch (error) {
    if (error instanceof PasswordsBusyError) throw new ApiError(503, 'busy', error.message);
    throw error;
  }
}

/** RFC 7617: user and password, joined by the first colon, in base64. */
function readBasic(header: string | undefined): Credentials | null {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
