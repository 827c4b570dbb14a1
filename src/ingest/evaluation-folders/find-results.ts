import { readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { filesOf, type FolderFiles } from '../../tfma/index.ts';
import { walkFolders, type WalkProblem } from '../watched-folders/walk-folders.ts';

/** The newest result of one evaluation. */
export interface FoundResult {
  /** Whose evaluation it is. */
  readonly run: string;
  readonly folder: string;
  readonly files: FolderFiles;
}

const limits = { deepest: 8, mostFolders: 5_000 };
/** A folder that is named by a number or a time holds a version of what its parent is. */
const version = /^\d[\d_.:TZ-]*$/;

/**
 * The results below a directory that were written since `since`, Unix seconds: of each evaluation the one that was written last. Links are
 * not followed.
 */
export async function findResults(
  directory: string,
  since: number,
  problem: WalkProblem,
): Promise<readonly FoundResult[]> {
  const newest = new Map<string, FoundResult>();
  const visit = async (folder: string): Promise<readonly string[]> => {
    const files = await filesOf(folder);
    if (files === null) {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
    }
    const run = runOf(directory, folder);
    const held = newest.get(run);
    const isNewest = held === undefined || files.writtenAt > held.files.writtenAt;
    if (files.writtenAt >= since && isNewest) newest.set(run, { run, folder, files });
    return [];
  };
  await walkFolders(directory, limits, visit, problem);
  return [...newest.values()];
}

function runOf(directory: string, folder: string): string {
  const names = relative(directory, folder).split(sep);
  while (names.length > 0 && version.test(names.at(-1) ?? '')) names.pop();
  return names.join('/') || basename(directory);
}
