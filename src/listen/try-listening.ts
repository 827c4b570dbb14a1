import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { overlap, parseAddress } from './address.ts';
import { ListenError } from './listen-error.ts';
import { isStaleSocket } from './stale-socket.ts';

/** Listens for a moment. @throws ListenError */
export async function tryAddress(option: string, text: string): Promise<void> {
  const address = parseAddress(option, text);
  // Who comes in meanwhile, as workers do that wait for a restart, must not keep it open.
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(ListenError.from(option, text, error));
    });
    server.listen(address, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

/**
 * Looks whether a Unix socket can be had, and changes nothing.
 * @returns whether one lies there that a process left behind, and will be replaced
 * @throws ListenError
 */
export async function trySocket(option: string, path: string): Promise<boolean> {
  const stale = await isStaleSocket(option, path);
  tryWriting(option, path, dirname(path));
  return stale;
}

/** @param written what has to be writable for the path to be had @throws ListenError */
export function tryWriting(option: string, path: string, written: string): void {
  try {
    accessSync(written, constants.W_OK);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new ListenError(option, path, `${written} cannot be written to (${code})`, { cause: error });
  }
}

/** @throws ListenError where one server would take the port of the other */
export function tryBeside(option: string, text: string, otherOption: string, otherText: string): void {
  if (!overlap(parseAddress(option, text), parseAddress(otherOption, otherText))) return;
  throw new ListenError(option, text, `${otherOption} has that port; choose another`);
}
