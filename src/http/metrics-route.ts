import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import type { RequestHandler } from 'express';
import { contentTypes } from '../series/index.ts';
import { ApiError } from './api-error.ts';
import { acceptsGzip, negotiateFormat } from './negotiate.ts';
import { renderBody } from './render-body.ts';
import type { RefusalCounts } from './refusal-counts.ts';
import type { Served } from './served.ts';

const gzip = promisify(gzipCallback);

/**
 * Level 1: on a network within the cluster the few percent that level 6 saves cost three times the CPU.
 */
const gzipLevel = 1;

/** A body grows by a few series from one scrape to the next; within this it needs no second buffer. */
const spareBytes = 64 * 1024;

/**
 * GET /metrics, from memory alone: no source is asked, and no other work waits for more than one slice. A scrape counts until its
 * body has been read, since it holds that for as long.
 * @param readSeconds how long that may take
 */
export function metricsRoute(
  { table, self, maxScrapes }: Served,
  refusals: RefusalCounts,
  readSeconds: number,
): RequestHandler {
  let underway = 0;
  let lastBytes = 0;
  return async (request, response) => {
    // It went away while its password was compared.
    if (response.destroyed) return;
    const most = maxScrapes();
    if (underway >= most) {
      refusals.add('scrape_limit');
      response.set('Retry-After', '1');
      throw new ApiError(503, 'busy', `${most} scrapes are being answered, the limit of http.max_scrapes; try again`);
    }
    underway += 1;
    const tooSlow = setTimeout(() => {
      refusals.add('slow_reader');
      response.destroy();
    }, readSeconds * 1000);
    response.once('close', () => {
      underway -= 1;
      clearTimeout(tooSlow);
    });
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
  };
}
