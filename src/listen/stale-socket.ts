import { lstatSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { ListenError } from './listen-error.ts';

/** The longest path of a Unix socket on Linux in bytes, without its end: manual page unix(7), sun_path. */
export const maxSocketPath = 107;

/**
 * Looks at the path of a Unix socket and changes nothing.
 * @param option the option that leads to the path, for messages
 * @returns whether a socket lies there that a process left behind when it died
 * @throws ListenError where the path cannot be had: a socket that answers, or anything that is no socket, is there, or it is too long.
 */
export async function isStaleSocket(option: string, path: string): Promise<boolean> {
  // Node.js 20 cuts it off, and listens elsewhere.
  if (Buffer.byteLength(path) > maxSocketPath)
    throw new ListenError(option, path, `is longer than ${maxSocketPath} bytes; choose a shorter path`);
  let isSocket: boolean;
  try {
    isSocket = lstatSync(path).isSocket();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw ListenError.from(option, path, error as NodeJS.ErrnoException);
  }
  if (!isSocket) throw new ListenError(option, path, 'exists and is no socket; remove it or choose another path');
  if (await answers(path)) {
    throw new ListenError(option, path, 'another process listens there; stop it or choose another');
  }
  return true;
}

/**
 * Makes the path free: a socket that was left behind is removed.
 * @throws ListenError where the path cannot be had.
 */
export async function clearStaleSocket(option: string, path: string): Promise<void> {
  if (!(await isStaleSocket(option, path))) return;
  try {
    unlinkSync(path);
  } catch (error) {
    throw new ListenError(option, path, 'was left behind and cannot be removed', { cause: error });
  }
}

/** Whether a process listens: only a refused connection says that none does. */
async function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error) => {
      resolve(codeOf(error) !== 'ECONNREFUSED' && codeOf(error) !== 'ENOENT');
    });
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
