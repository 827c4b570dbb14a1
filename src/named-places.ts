import { existsSync } from 'node:fs';
import type { Configuration } from './catalogue.ts';
import { socketPath } from './ingest/index.ts';
import { tryAddress, tryAddressBeside, trySocket } from './listen/index.ts';
import { failureOf, StateDirectory } from './snapshot/index.ts';

/**
 * Mistakes in the places that a configuration names and of which an exporter needs its own: addresses, the Unix socket, the state
 * directory. Each is had for a moment, before anything is started, so that one does not come up after the other.
 * @param mistaken key paths of options whose value is wrong: what stands in their place is not what was meant
 */
export async function mistakesInPlaces(
  { http, grpc, state }: Configuration,
  mistaken: ReadonlySet<string> = new Set(),
): Promise<readonly string[]> {
  const socket = socketPath(grpc.socket);
  const tries: readonly (readonly [option: string, () => Promise<unknown>])[] = [
    ['http.address', () => tryAddress('http.address', http.address)],
    [
      'grpc.address',
      () =>
        grpc.address === 'none'
          ? nothing
          : tryAddressBeside('grpc.address', grpc.address, 'http.address', http.address),
    ],
    ['grpc.socket', () => (socket === null ? nothing : trySocket('grpc.socket', socket))],
    ['state.directory', () => (state.directory === undefined ? nothing : tryHolding(state.directory))],
  ];
  const mistakes: string[] = [];
  for (const [option, tryOut] of tries) {
    if (mistaken.has(option)) continue;
    try {
      await tryOut();
    } catch (error) {
      mistakes.push((error as Error).message);
    }
  }
  return mistakes;
}

const nothing = Promise.resolve();

/** What else is wrong with the directory is told and tried again while the exporter runs. @throws DirectoryHeldError */
async function tryHolding(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const directory = new StateDirectory(path);
  try {
    await directory.hold();
  } catch (error) {
    if (failureOf(error).reason === 'held') throw error;
  } finally {
    await directory.release();
  }
}
