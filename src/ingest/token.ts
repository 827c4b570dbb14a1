import type { Metadata } from '@grpc/grpc-js';
import { carriesToken } from '../listen/index.ts';

/** Whether a call may go on: it carries the token, once, where one is asked for. */
export function authorized(metadata: Metadata, token: string | null): boolean {
  if (token === null) return true;
  const [header, ...more] = metadata.get('authorization');
  return more.length === 0 && carriesToken(header?.toString(), token);
}
