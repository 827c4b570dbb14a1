import { Router } from 'express';
import { rankStates, type RunReport } from '../runs/index.ts';
import { onlyMethods } from './error-handler.ts';
import { sendJson } from './json.ts';
import { page, pageParameters } from './paging.ts';
import { anyText, moment, oneOf, readQuery } from './query.ts';
import type { Served } from './served.ts';

const runParameters = { run: anyText, state: oneOf(rankStates), uuid: anyText, since: moment, ...pageParameters };

/** The runs of this node: see docs/http-api.md for the shape. */
export function runRoutes({ runs }: Served): Router {
  const router = Router();
  router
    .route('/api/v1/runs')
    .get((request, response) => {
      const { run, state, uuid, since, ...wanted } = readQuery(request, runParameters);
      const found = runs().filter(
        (each) =>
          (run === undefined || run === each.run) &&
          (state === undefined || state === each.state) &&
          (uuid === undefined || each.ranks.some(({ gpuUuid }) => gpuUuid === uuid)) &&
          (since === undefined || each.endedAt === null || each.endedAt >= since),
      );
      const { items, ...rest } = page(found, ageOf, wanted);
      sendJson(response, { runs: items, ...rest });
    })
    .all(onlyMethods('GET, HEAD'));
  return router;
}

function ageOf({ run, startedAt }: RunReport) {
  return { openedAt: startedAt, id: run };
}
