import { accessSync, constants, lstatSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { ListenError } from '../listen/index.ts';

const usual = '/run/gradwatch/gradwatch.sock';

/** Where to listen: as configured, else at the usual place where its folder exists and can be written; null for nowhere. */
export function socketPath(configured: string | undefined, standard = usual): string | null {
  if (configured !== undefined) return configured === 'none' ? null : configured;
  try {
    accessSync(dirname(standard), constants.W_OK | constants.X_OK);
    return standard;
  } catch {
    return null;
  }
}

/**
 * Looks at the path and changes nothing.
 * @returns whether a socket lies there that a process left behind when it died
 * @throws ListenError where the path cannot be had: a socket that answers, or anything that is no socket, is there.
 */
export async function isStaleSocket(path: string): Promise<boolean> {
  let isSocket: boolean;
  try {
    isSocket = lstatSync(path).isSocket();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw ListenError.from('grpc.socket', path, error as NodeJS.ErrnoException);
  }
  if (!isSocket)
    throw new ListenError('grpc.socket', path, 'exists and is no socket; remove it or choose another path');
  if (await answers(path)) {
    throw new ListenError('grpc.socket', path, 'another process listens there; stop it or choose another');
  }
  return true;
}

/**
 * Makes the path free: a socket that was left behind is removed.
 * @throws ListenError where the path cannot be had.
 */
export async function clearStaleSocket(path: string): Promise<void> {
  if (!(await isStaleSocket(path))) return;
  try {
    unlinkSync(path);
  } catch (error) {
    throw new ListenError('grpc.socket', path, 'was left behind and cannot be removed', { cause: error });
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
