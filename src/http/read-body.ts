import { json, type RequestHandler } from 'express';
import * as v from 'valibot';
import { ApiError } from './api-error.ts';

/**
 * Reads the JSON of a request, whatever it is: of one that is no object {@link readBody} says so.
 * @param limit in bytes
 */
export function jsonBody(limit: number): RequestHandler {
  return json({ limit, strict: false });
}

/** What a person asks for, as JSON. @throws ApiError that names every mistake. */
export function readBody<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  if (body === undefined) {
    throw new ApiError(415, 'not_json', 'there is no JSON; send the body with Content-Type: application/json');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const found = JSON.stringify(body).slice(0, 80);
    throw new ApiError(400, 'invalid_body', `the body: found ${found}, expected a JSON object`);
  }
  const read = v.safeParse(schema, body);
  if (read.success) return read.output;
  const mistakes = read.issues.map((issue) => {
    const path = v.getDotPath(issue) ?? 'the body';
    return `${path}: ${issue.type === 'strict_object' ? (issue.expected === 'never' ? 'no such field here' : 'is missing') : issue.message}`;
  });
  throw new ApiError(400, 'invalid_body', mistakes.join('; '));
}
