import { Router, type Request, type Response } from 'express';
import * as v from 'valibot';
import { ApiError } from './api-error.ts';
import { authorize } from './authorize.ts';
import { onlyMethods } from './error-handler.ts';
import { sendJson } from './json.ts';
import { jsonBody, readBody } from './read-body.ts';
import type { RefusalCounts } from './refusal-counts.ts';
import type { Served } from './served.ts';

/** The longest request that makes sense has fewer than 100 bytes. */
const bodyLimit = 1_024;
/** Each holds a connection of the server's 256 for as long as workers take. */
const mostWaiting = 32;

const rankText = 'expected a whole number from 0';
const ofRank = v.optional(v.pipe(v.number(rankText), v.safeInteger(rankText), v.minValue(0, rankText)));
const factorText = 'expected a number above 0';
const factor = v.pipe(v.number(factorText), v.finite(factorText), v.gtValue(0, factorText));
const stepsText = 'expected a whole number from 1 to 1000';
const steps = v.pipe(v.number(stepsText), v.integer(stepsText), v.minValue(1, stepsText), v.maxValue(1000, stepsText));

const bodySchema = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('checkpoint'), rank: ofRank }),
    v.strictObject({ kind: v.literal('stop'), rank: ofRank }),
    v.strictObject({ kind: v.literal('scale_learning_rate'), factor, rank: ofRank }),
    v.strictObject({ kind: v.literal('log_layers'), steps, rank: ofRank }),
  ],
  'expected checkpoint, stop, scale_learning_rate or log_layers',
);

const off = 'requests to workers are switched off; set http.token_file to a file with a bearer token to switch them on';

/** POST /api/v1/runs/:run/requests: what a person asks of the workers of a run, answered with their answers. */
export function requestRoute(served: Served, refusals: RefusalCounts): Router {
  let waiting = 0;
  const router = Router();
  const route = router.route('/api/v1/runs/:run/requests');
  route.post(
    authorize(served.token, off),
    jsonBody(bodyLimit),
    async (request: Request<{ run: string }>, response: Response) => {
      const { run } = request.params;
      const { rank = null, ...wanted } = readBody(bodySchema, request.body);
      if (!served.runs().some((known) => known.run === run)) {
        throw new ApiError(
          404,
          'unknown_run',
          `no run ${JSON.stringify(run)} on this node; GET /api/v1/runs lists them`,
        );
      }
      if (waiting >= mostWaiting) {
        refusals.add('request_limit');
        response.set('Retry-After', '30');
        throw new ApiError(503, 'busy', `${mostWaiting} requests wait for workers, the limit; try again`);
      }
      // How long workers may take has a limit of its own; until then this connection may be silent.
      response.setTimeout(0);
      served.log.info({ run, rank, ...wanted, from: request.ip }, `asking the workers of a run: ${wanted.kind}`);
      waiting += 1;
      const answers = await served.askWorkers(run, rank, wanted).finally(() => {
        waiting -= 1;
      });
      sendJson(response, { run, kind: wanted.kind, answers });
    },
  );
  route.all(onlyMethods('POST'));
  return router;
}
