import { readFileSync } from 'node:fs';
import type { Metadata } from '@grpc/grpc-js';
import { ListenError } from './listen-error.ts';
import { sameSecret } from './same-secret.ts';

/**
 * The token in a file, without the white space around it.
 * @throws ListenError when the file cannot be read or is empty: without its token the exporter must not listen.
 */
export function readToken(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ListenError(file, `grpc.token_file ${file} cannot be read`, { cause: error });
  }
  if (token === '') throw new ListenError(file, `grpc.token_file ${file} is empty; write the token into it`);
  return token;
}

/** Whether a call may go on: `Bearer` and the token, RFC 6750 section 2.1; the scheme's case does not matter (RFC 9110, 11.1). */
export function authorized(metadata: Metadata, token: string | null): boolean {
  if (token === null) return true;
  const [header, ...more] = metadata.get('authorization');
  const given = typeof header === 'string' && more.length === 0 ? /^Bearer +(\S+)$/i.exec(header)?.[1] : undefined;
  return sameSecret(given ?? '', token);
}
