import { Router, type Request } from 'express';
import type { Finding } from '../findings/index.ts';
import { ApiError } from './api-error.ts';
import { onlyMethods } from './error-handler.ts';
import { sendJson } from './json.ts';
import type { Served } from './served.ts';

const states = ['open', 'resolved'] as const;

/** What the exporter knows, as JSON: see docs/http-api.md for the shape. */
export function listRoutes({ runs, findings }: Served): Router {
  const router = Router();
  router
    .route('/api/v1/runs')
    .get((request, response) => {
      readQuery(request, []);
      sendJson(response, { runs: runs() });
    })
    .all(onlyMethods('GET, HEAD'));
  router
    .route('/api/v1/findings')
    .get((request, response) => {
      const wanted = readQuery(request, ['run', 'kind', 'state']);
      const state = wanted.get('state');
      if (state !== undefined && !states.some((known) => known === state)) {
        throw new ApiError(400, 'invalid_parameter', `state is ${JSON.stringify(state)}, expected open or resolved`);
      }
      sendJson(response, { findings: findings().filter((finding) => matches(finding, wanted)) });
    })
    .all(onlyMethods('GET, HEAD'));
  return router;
}

function matches({ subject, kind, resolvedAt }: Finding, wanted: ReadonlyMap<string, string>): boolean {
  const facts = { run: subject.run, kind, state: resolvedAt === null ? 'open' : 'resolved' };
  return Object.entries(facts).every(([name, value]) => !wanted.has(name) || wanted.get(name) === value);
}

/** @throws ApiError for a parameter that is unknown or given twice: a filter that is not understood must not seem to work. */
function readQuery(request: Request, known: readonly string[]): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (const [name, value] of Object.entries(request.query)) {
    if (!known.includes(name)) {
      const hint = known.length === 0 ? 'there are none here' : `there are ${known.join(', ')}`;
      throw new ApiError(400, 'unknown_parameter', `no parameter ${JSON.stringify(name)}; ${hint}`);
    }
    if (typeof value !== 'string') {
      throw new ApiError(400, 'invalid_parameter', `${name} is given more than once, expected one value`);
    }
    read.set(name, value);
  }
  return read;
}
