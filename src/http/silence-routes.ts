import { Router, type Request } from 'express';
import * as v from 'valibot';
import { parseDuration } from '../config/index.ts';
import { SilenceLimitError, unheld, type Kind, type SilenceDraft, type SilenceScope } from '../findings/index.ts';
import { ApiError } from './api-error.ts';
import { authorize } from './authorize.ts';
import { onlyMethods } from './error-handler.ts';
import { sendJson } from './json.ts';
import { readQuery } from './query.ts';
import { jsonBody, readBody } from './read-body.ts';
import { author, note } from './said.ts';
import type { Served } from './served.ts';

const bodyLimit = 4_096;
const longestSeconds = 30 * 86_400;

const scopeText = 'expected text, or "*" for all';
const scope = v.optional(v.pipe(v.string(scopeText), v.minLength(1, scopeText), v.maxLength(256, scopeText)), '*');
const rankText = 'expected a whole number from 0, or "*" for all';
const rank = v.optional(
  v.union(
    [v.pipe(v.number(rankText), v.safeInteger(rankText), v.minValue(0, rankText)), v.literal('*', rankText)],
    rankText,
  ),
  '*',
);
const durationText = 'expected a duration such as 30m or 12h, at most 30d';
const duration = v.pipe(
  v.string(durationText),
  v.transform(parseDuration),
  v.number(durationText),
  v.check((seconds) => seconds > 0 && seconds <= longestSeconds, durationText),
);

const bodySchema = v.pipe(
  v.strictObject({ run: scope, kind: scope, rank, uuid: scope, duration, author, comment: note }),
  v.check(
    ({ run, kind, uuid }) => [run, kind, uuid].some((text) => text !== '*'),
    'a silence of everything hides everything; name a run, a kind or a uuid',
  ),
);

const off = 'silences are switched off; set http.token_file to a file with a bearer token to switch them on';

/** @throws ApiError for a silence that can never hold a finding: it must not seem to work */
function refuseUnheld(scope: SilenceScope, kinds: readonly Kind[]): void {
  const kind = kinds.find((each) => each.kind === scope.kind);
  if (kind === undefined) {
    const all = kinds.map((each) => each.kind).join(', ');
    throw new ApiError(400, 'invalid_body', `kind: nothing finds ${JSON.stringify(scope.kind)}; there are ${all}`);
  }
  const name = unheld(scope, kind);
  if (name === undefined) return;
  const message = `${name}: a finding ${kind.kind} is of a ${kind.subject} and names none; leave it out`;
  throw new ApiError(400, 'invalid_body', message);
}

/** Silences: created, listed and ended by who has the token. */
export function silenceRoutes({ findings, persist, kinds, token, log, now }: Served): Router {
  const router = Router();
  const authorized = authorize(token, off);
  const create = (draft: SilenceDraft) => {
    try {
      return findings.silence(draft);
    } catch (error) {
      if (error instanceof SilenceLimitError) throw new ApiError(409, 'silence_limit', error.message);
      throw error;
    }
  };
  router
    .route('/api/v1/silences')
    .get(authorized, (request, response) => {
      readQuery(request, {});
      sendJson(response, { silences: findings.silences });
    })
    .post(authorized, jsonBody(bodyLimit), async (request, response) => {
      const { duration: seconds, ...draft } = readBody(bodySchema, request.body);
      if (draft.kind !== '*') refuseUnheld(draft, kinds);
      const silence = create({ ...draft, expiresAt: now() + seconds });
      log.info({ silence, from: request.ip }, 'a silence was created');
      await persist();
      response.status(201);
      sendJson(response, silence);
    })
    .all(onlyMethods('GET, HEAD, POST'));
  router
    .route('/api/v1/silences/:id')
    .delete(authorized, async (request: Request<{ id: string }>, response) => {
      const { id } = request.params;
      if (!findings.endSilence(id)) {
        const message = `no silence ${JSON.stringify(id.slice(0, 100))} is in force; GET /api/v1/silences lists them`;
        throw new ApiError(404, 'unknown_silence', message);
      }
      log.info({ silence: id, from: request.ip }, 'a silence was ended');
      await persist();
      response.status(204).end();
    })
    .all(onlyMethods('DELETE'));
  return router;
}
