import express, { type Express } from 'express';
import { errorHandler, onlyMethods, unknownPath } from './error-handler.ts';
import { healthRoutes } from './health-routes.ts';
import { listRoutes } from './list-routes.ts';
import { metricsRoute } from './metrics-route.ts';
import { renderPage } from './page.ts';
import { requestRoute } from './request-route.ts';
import type { Served } from './served.ts';

/** All routes. No answer is worth caching, and a hash of every body would be the dearest part of a scrape: no ETags. */
export function createApp(served: Served): Express {
  const app = express();
  app.disable('etag');
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set('X-Content-Type-Options', 'nosniff');
    next();
  });
  app.route('/metrics').get(metricsRoute(served.table, served.self)).all(onlyMethods('GET, HEAD'));
  app.use(healthRoutes(served), listRoutes(served), requestRoute(served));
  app
    .route('/')
    .get((_request, response) => {
      response.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
      response.type('text/html').send(renderPage(served));
    })
    .all(onlyMethods('GET, HEAD'));
  app.use(unknownPath, errorHandler(served.log));
  return app;
}
