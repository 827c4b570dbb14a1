import type { RequestHandler } from 'express';
import { carriesToken } from '../listen/index.ts';
import { ApiError } from './api-error.ts';

/** Before the body is read: who may not ask is not listened to. @param off one sentence for where there is no token */
export function authorize(token: string | null, off: string): RequestHandler {
  return (request, response, next) => {
    if (token === null) throw new ApiError(404, 'switched_off', off);
    if (!carriesToken(request.get('authorization'), token)) {
      response.set('WWW-Authenticate', 'Bearer');
      throw new ApiError(
        401,
        'unauthorized',
        'the token is missing or wrong; send Authorization: Bearer and the token',
      );
    }
    next();
  };
}
