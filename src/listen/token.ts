import { createHash, timingSafeEqual } from 'node:crypto';
import { readRegularFile } from '../config/index.ts';
import { ListenError } from './listen-error.ts';

/**
 * The token in the file that an option names, without the white space around it.
 * @throws ListenError when the file cannot be read or is empty: what a token was meant to protect must not stand open unnoticed.
 */
export function readToken(option: string, file: string): string {
  let token: string;
  try {
    token = readRegularFile(file).trim();
  } catch (error) {
    throw new ListenError(option, file, `cannot be read (${(error as Error).message})`, { cause: error });
  }
  if (token === '') throw new ListenError(option, file, 'is empty; write the token into it');
  return token;
}

/** Whether an Authorization header carries the token: RFC 6750 section 2.1; the scheme's case does not matter (RFC 9110, 11.1). */
export function carriesToken(header: string | undefined, token: string): boolean {
  return sameSecret(/^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '', token);
}

/** Compares two secrets in a time that tells nothing of where they differ, whatever their lengths. */
function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
