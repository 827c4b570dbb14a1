import * as v from 'valibot';
import { ApiError } from './api-error.ts';

/** What a person asks for, as JSON. @throws ApiError that names every mistake. */
export function readBody<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  if (body === undefined) {
    throw new ApiError(415, 'not_json', 'there is no JSON; send the body with Content-Type: application/json');
  }
  const read = v.safeParse(schema, body);
  if (read.success) return read.output;
  const mistakes = read.issues.map((issue) => {
    const path = v.getDotPath(issue) ?? 'the body';
    return `${path}: ${issue.type === 'strict_object' ? (issue.expected === 'never' ? 'no such field here' : 'is missing') : issue.message}`;
  });
  throw new ApiError(400, 'invalid_body', mistakes.join('; '));
}
