import { Router, type Request, type RequestHandler } from 'express';
import * as v from 'valibot';
import type { Finding } from '../findings/index.ts';
import { ApiError } from './api-error.ts';
import { authorize } from './authorize.ts';
import { onlyMethods } from './error-handler.ts';
import { findingFilter, findingParameters } from './finding-filter.ts';
import type { FindingStream } from './finding-stream.ts';
import { sendJson } from './json.ts';
import { page, pageParameters } from './paging.ts';
import { anyText, readQuery } from './query.ts';
import { jsonBody, readBody } from './read-body.ts';
import type { Served } from './served.ts';
import { author, note } from './said.ts';

const bodyLimit = 4_096;
const acknowledgement = v.strictObject({ author, note: v.optional(note, '') });
const off = 'acknowledging is switched off; set http.token_file to a file with a bearer token to switch it on';

/** The findings of this node, listed, followed and acknowledged: see docs/http-api.md for the shape. */
export function findingRoutes({ findings, persist, kinds, token, log }: Served, stream: FindingStream): Router {
  const router = Router();
  const parameters = findingParameters(kinds.map(({ kind }) => kind));
  const find = (id: string): Finding => {
    const found = [...findings.open, ...findings.resolved].find((finding) => finding.id === id);
    if (found !== undefined) return found;
    const message = `no finding ${JSON.stringify(id.slice(0, 100))}, or not any more; GET /api/v1/findings lists them`;
    throw new ApiError(404, 'unknown_finding', message);
  };
  const told = (finding: Finding): object => {
    const consequences = findings.open.filter(({ consequenceOf }) => consequenceOf === finding.id);
    return { ...finding, consequences: consequences.map(({ id }) => id) };
  };

  const follow: RequestHandler = (request, response) => {
    const { last_event_id: asked, ...wanted } = readQuery(request, { ...parameters, last_event_id: anyText });
    stream.follow(request, response, findingFilter(wanted), request.get('last-event-id') ?? asked);
  };
  const list: RequestHandler = (request, response) => {
    const { limit, cursor, ...wanted } = readQuery(request, { ...parameters, ...pageParameters });
    const found = [...findings.open, ...findings.resolved].filter(findingFilter(wanted));
    const { items, ...rest } = page(found, (finding) => finding, { limit, cursor });
    sendJson(response, { findings: items, ...rest, lastEvent: stream.lastId });
  };

  router
    .route('/api/v1/findings')
    .get((request, response, next) => {
      response.vary('Accept');
      const handler = request.accepts('json', 'text/event-stream') === 'text/event-stream' ? follow : list;
      return handler(request, response, next);
    })
    .all(onlyMethods('GET, HEAD'));
  router.route('/api/v1/findings/stream').get(follow).all(onlyMethods('GET, HEAD'));
  router
    .route('/api/v1/findings/:id')
    .get((request, response) => {
      readQuery(request, {});
      sendJson(response, told(find(request.params.id)));
    })
    .all(onlyMethods('GET, HEAD'));
  router
    .route('/api/v1/findings/:id/acknowledgement')
    .post(authorize(token, off), jsonBody(bodyLimit), async (request: Request<{ id: string }>, response) => {
      const { id } = request.params;
      const said = readBody(acknowledgement, request.body);
      find(id);
      const finding = findings.acknowledge(id, said.author, said.note);
      if (finding === undefined) {
        throw new ApiError(
          409,
          'resolved',
          `finding ${JSON.stringify(id)} is resolved; there is nothing to take in hand`,
        );
      }
      log.info({ finding: id, ...said, from: request.ip }, 'a finding was acknowledged');
      await persist();
      sendJson(response, told(finding));
    })
    .all(onlyMethods('POST'));
  return router;
}
