import type { Response } from 'express';
import { writeJson } from '../json.ts';

export function sendJson(response: Response, body: object): void {
  response.type('application/json').send(`${writeJson(body)}\n`);
}
