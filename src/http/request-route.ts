import { json, Router, type Request, type Response } from 'express';
import * as v from 'valibot';
import { ApiError } from './api-error.ts';
import { authorize } from './authorize.ts';
import { onlyMethods } from './error-handler.ts';
import { sendJson } from './json.ts';
import { readBody } from './read-body.ts';
import type { Served } from './served.ts';

/** The longest request that makes sense has fewer than 100 bytes. */
const bodyLimit = 1_024;

const rankText = 'expected a whole number from 0';
const rank = v.optional(v.pipe(v.number(rankText), v.safeInteger(rankText), v.minValue(0, rankText)));
const factorText = 'expected a number above 0';
const factor = v.pipe(v.number(factorText), v.finite(factorText), v.gtValue(0, factorText));

const bodySchema = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('checkpoint'), rank }),
    v.strictObject({ kind: v.literal('stop'), rank }),
    v.strictObject({ kind: v.literal('scale_learning_rate'), factor, rank }),
  ],
  'expected checkpoint, stop or scale_learning_rate',
);

const off = 'requests to workers are switched off; set http.token_file to a file with a bearer token to switch them on';

/** POST /api/v1/runs/:run/requests: what a person asks of the workers of a run, answered with their answers. */
export function requestRoute(served: Served): Router {
  const router = Router();
  const route = router.route('/api/v1/runs/:run/requests');
  route.post(
    authorize(served.token, off),
    json({ limit: bodyLimit }),
    async (request: Request<{ run: string }>, response: Response) => {
      const { run } = request.params;
      const wanted = readBody(bodySchema, request.body);
      if (!served.runs().some((known) => known.run === run)) {
        throw new ApiError(
          404,
          'unknown_run',
          `no run ${JSON.stringify(run)} on this node; GET /api/v1/runs lists them`,
        );
      }
      // How long workers may take has a limit of its own; until then this connection may be silent.
      response.setTimeout(0);
      const factorOf = wanted.kind === 'scale_learning_rate' ? wanted.factor : undefined;
      served.log.info({ run, ...wanted, from: request.ip }, `asking the workers of a run: ${wanted.kind}`);
      const answers = await served.askWorkers(run, wanted.rank ?? null, wanted.kind, factorOf);
      sendJson(response, { run, kind: wanted.kind, answers });
    },
  );
  route.all(onlyMethods('POST'));
  return router;
}
