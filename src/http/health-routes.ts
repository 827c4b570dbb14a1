import { Router } from 'express';
import { ApiError } from './api-error.ts';
import type { Served } from './served.ts';

/** `/-/healthy` answers while the process turns; `/-/ready` says what the exporter still waits for. */
export function healthRoutes({ waiting }: Served): Router {
  const router = Router();
  router.get('/-/healthy', (_request, response) => {
    response.type('text/plain').send('healthy\n');
  });
  router.get('/-/ready', (_request, response) => {
    const missing = waiting();
    if (missing.length > 0) throw new ApiError(503, 'not_ready', `not ready, waiting for ${missing.join(', ')}`);
    response.type('text/plain').send('ready\n');
  });
  return router;
}
