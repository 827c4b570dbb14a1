import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { HttpSetupError } from './setup-error.ts';

/**
 * The token in a file, without the white space around it.
 * @throws HttpSetupError when the file cannot be read or is empty: a token that was meant to protect must not be missing unnoticed.
 */
export function readToken(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new HttpSetupError(
      'http.token_file',
      file,
      `cannot be read (${(error as NodeJS.ErrnoException).code ?? ''})`,
      {
        cause: error,
      },
    );
  }
  if (token === '') throw new HttpSetupError('http.token_file', file, 'is empty; write the token into it');
  return token;
}

/**
 * Whether an Authorization header carries the token: RFC 6750 section 2.1; the case of the scheme does not matter (RFC 9110, 11.1).
 * The comparison takes the same time wherever the two differ, and whatever their lengths.
 */
export function carriesToken(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
