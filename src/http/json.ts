import type { Response } from 'express';

/** Sends JSON, which has no NaN and no infinities: they are written as protobuf's JSON mapping writes them. */
export function sendJson(response: Response, body: object): void {
  response.type('application/json').send(`${JSON.stringify(body, writeNonFinite)}\n`);
}

function writeNonFinite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
