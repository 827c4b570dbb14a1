import { Router } from 'express';
import { ApiError } from './api-error.ts';
import { onlyMethods } from './error-handler.ts';
import type { Served } from './served.ts';

/** `/-/healthy` answers while the process turns; `/-/ready` says what the exporter still waits for. */
export function healthRoutes({ waiting }: Served): Router {
  const router = Router();
  router
    .route('/-/healthy')
    .get((_request, response) => {
      response.type('text/plain').send('healthy\n');
    })
    .all(onlyMethods('GET, HEAD'));
  router
    .route('/-/ready')
    .get((_request, response) => {
      const missing = waiting();
      if (missing.length > 0) throw new ApiError(503, 'not_ready', `not ready, waiting for ${missing.join(', ')}`);
      response.type('text/plain').send('ready\n');
    })
    .all(onlyMethods('GET, HEAD'));
  return router;
}
