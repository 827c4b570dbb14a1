import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import type { RequestHandler } from 'express';
import { contentTypes, type SeriesTable } from '../series/index.ts';
import { ApiError } from './api-error.ts';
import { acceptsGzip, negotiateFormat } from './negotiate.ts';
import { renderBody } from './render-body.ts';
import type { SelfMetrics } from './self-metrics.ts';

const gzip = promisify(gzipCallback);

/**
 * Level 1: on a network within the cluster the few percent that level 6 saves cost three times the CPU.
 */
const gzipLevel = 1;

/** Scrapes that are answered at a time. Each holds a body of its own, which for 100,000 series is about 13 MB. */
const scrapesAtOnce = 8;

/** A body grows by a few series from one scrape to the next; within this it needs no second buffer. */
const spareBytes = 64 * 1024;

/** GET /metrics, from memory alone: no source is asked, and no other work waits for more than one slice. */
export function metricsRoute(table: SeriesTable, self: SelfMetrics): RequestHandler {
  let underway = 0;
  let lastBytes = 0;
  return async (request, response) => {
    if (underway >= scrapesAtOnce) {
      response.set('Retry-After', '1');
      throw new ApiError(
        503,
        'busy',
        `${scrapesAtOnce} scrapes are being answered, which is the most at a time; try again`,
      );
    }
    underway += 1;
    try {
      const format = negotiateFormat(request.get('accept'));
      self.scraped();
      const body = await renderBody(format, table, await self.families(), lastBytes + spareBytes);
      lastBytes = body.length;
      response.set({ 'Content-Type': contentTypes[format], Vary: 'Accept, Accept-Encoding' });
      if (acceptsGzip(request.get('accept-encoding'))) {
        response.set('Content-Encoding', 'gzip').send(await gzip(body, { level: gzipLevel }));
      } else {
        response.send(body);
      }
    } finally {
      underway -= 1;
    }
  };
}
