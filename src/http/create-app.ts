import express, { type Express, type RequestHandler } from 'express';
import type { WebConfig } from '../listen/index.ts';
import { errorHandler, onlyMethods, unknownPath } from './error-handler.ts';
import { findingRoutes } from './finding-routes.ts';
import type { FindingStream } from './finding-stream.ts';
import { healthRoutes } from './health-routes.ts';
import { metricsRoute } from './metrics-route.ts';
import { renderPage } from './page.ts';
import { reloadRoute } from './reload-route.ts';
import { requestRoute } from './request-route.ts';
import type { RefusalCounts } from './refusal-counts.ts';
import { runRoutes } from './run-routes.ts';
import type { Served } from './served.ts';
import { silenceRoutes } from './silence-routes.ts';

/** Of the page, where the web configuration has none. */
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** All routes. No answer is worth caching, and a hash of every body would be the dearest part of a scrape: no ETags. */
export function createApp(
  served: Served,
  webConfig: () => WebConfig | null,
  gate: RequestHandler,
  refusals: RefusalCounts,
  stream: FindingStream,
  readSeconds: number,
): Express {
  const app = express();
  app.disable('etag');
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set('X-Content-Type-Options', 'nosniff');
    next();
  });
  app.use(gate);
  app
    .route('/metrics')
    .get(metricsRoute(served, refusals, readSeconds))
    .all(onlyMethods('GET, HEAD'));
  app.use(healthRoutes(served), runRoutes(served), findingRoutes(served, stream), silenceRoutes(served));
  app.use(requestRoute(served, refusals), reloadRoute(served, webConfig));
  app
    .route('/')
    .get((_request, response) => {
      if (response.get('Content-Security-Policy') === undefined) response.set('Content-Security-Policy', pagePolicy);
      response.type('text/html').send(renderPage(served));
    })
    .all(onlyMethods('GET, HEAD'));
  app.use(unknownPath, errorHandler(served.log));
  return app;
}
