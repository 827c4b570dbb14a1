import { Router, type RequestHandler } from 'express';
import { howToKnowCallers, knowsCallers, type WebConfig } from '../listen/index.ts';
import { ApiError } from './api-error.ts';
import { authorize } from './authorize.ts';
import { onlyMethods } from './error-handler.ts';
import type { Served } from './served.ts';

const off = 'reloading over HTTP is switched off; set http.reload to true, or send SIGHUP to the process';
const open = `reloading over HTTP needs to know who asks; ${howToKnowCallers}`;

/** POST /-/reload: takes the configuration as it is now, and tells what takes a restart. */
export function reloadRoute({ reload, token, log }: Served, webConfig: () => WebConfig | null): Router {
  const router = Router();
  // Told at the start too: whoever switched it on need not find out by a 404.
  if (reload !== null && token === null && !knowsCallers(webConfig())) log.error({}, open);
  const ask = authorize(token, open);
  const authorized: RequestHandler = (request, response, next) => {
    if (reload === null) throw switchedOff();
    if (token === null && knowsCallers(webConfig())) next();
    else void ask(request, response, next);
  };
  router
    .route('/-/reload')
    .post(authorized, (_request, response) => {
      if (reload === null) throw switchedOff();
      const outcome = reload();
      if ('mistakes' in outcome) throw new ApiError(500, 'not_reloaded', outcome.mistakes.join('\n'));
      const left = outcome.needRestart.map((key) => `${key}: changed, takes a restart\n`);
      response.type('text/plain').send(['reloaded\n', ...left].join(''));
    })
    .all(onlyMethods('POST'));
  return router;
}

function switchedOff(): ApiError {
  return new ApiError(404, 'switched_off', off);
}
