import type { ErrorRequestHandler, RequestHandler } from 'express';
import { ApiError } from './api-error.ts';
import { Told } from '../told.ts';
import { sendJson } from './json.ts';
import type { HttpLog } from './served.ts';

export const unknownPath: RequestHandler = (request) => {
  const message = `nothing answers ${request.method} ${request.path.slice(0, 200)}; GET / lists what there is`;
  throw new ApiError(404, 'not_found', message);
};

/** What a path answers to a method that it does not have: RFC 9110 section 15.5.6. */
export function onlyMethods(allowed: string): RequestHandler {
  return (request, response) => {
    response.set('Allow', allowed);
    throw new ApiError(
      405,
      'method_not_allowed',
      `${request.path.slice(0, 200)} takes ${allowed}, not ${request.method}`,
    );
  };
}

/** Sends every error as JSON. A fault of our own is logged in full, once until it changes, and told to the client without its text. */
export function errorHandler(log: HttpLog): ErrorRequestHandler {
  const logged = new Told();
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const told = error instanceof ApiError ? error : refusedByParser(error);
    if (told === null && logged.isNews(`${request.method} ${request.path}`, error)) {
      log.error({ err: error, method: request.method, path: request.path }, 'a request failed');
    }
    const { status, code, message } = told ?? new ApiError(500, 'internal', 'the exporter failed; its log says why');
    response.status(status);
    sendJson(response, { error: { code, message } });
  };
}

/** What express and its body parser refuse: a path or body that is malformed, too large, or in an unknown encoding. */
function refusedByParser(error: unknown): ApiError | null {
  if (!(error instanceof Error) || !('status' in error)) return null;
  const { status, message } = error;
  if (typeof status !== 'number' || status < 400 || status > 499) return null;
  return new ApiError(status, status === 413 ? 'too_large' : 'bad_request', message.slice(0, 200));
}
