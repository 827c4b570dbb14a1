import { accessSync, constants } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { overlap, parseAddress, type ListenAddress } from './address.ts';
import { ListenError } from './listen-error.ts';
import { isStaleSocket } from './stale-socket.ts';

/** Listens for a moment. @throws ListenError */
export async function tryAddress(option: string, text: string): Promise<void> {
  const address = parseAddress(option, text);
  try {
    await close(await listen(address));
  } catch (error) {
    throw ListenError.from(option, text, error as Error);
  }
}

/**
 * Listens for a moment, also while the other address is listened at: that a name and an address are one is seen by
 * nothing else. What the texts alone tell is for {@link tryBeside}.
 * @throws ListenError
 */
export async function tryAddressBeside(
  option: string,
  text: string,
  otherOption: string,
  otherText: string,
): Promise<void> {
  await tryAddress(option, text);
  const [address, otherAddress] = [parseAddress(option, text), parseAddress(otherOption, otherText)];
  if (address.port !== otherAddress.port || address.port === 0 || overlap(address, otherAddress)) return;
  // Where the other cannot be had, that is told of its own option.
  const other = await listen(otherAddress).catch(() => null);
  if (other === null) return;
  try {
    await close(await listen(address));
  } catch {
    throw samePort(option, text, otherOption);
  } finally {
    await close(other);
  }
}

function listen(address: ListenAddress): Promise<Server> {
  // Who comes in meanwhile, as workers do that wait for a restart, must not keep it open.
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
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

/** Looks at the texts alone. @throws ListenError where one server would take the port of the other */
export function tryBeside(option: string, text: string, otherOption: string, otherText: string): void {
  if (!overlap(parseAddress(option, text), parseAddress(otherOption, otherText))) return;
  throw samePort(option, text, otherOption);
}

function samePort(option: string, text: string, otherOption: string): ListenError {
  return new ListenError(option, text, `${otherOption} has that port; choose another`);
}
