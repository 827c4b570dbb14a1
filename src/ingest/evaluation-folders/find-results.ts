import { readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { filesOf, type FolderFiles } from '../../tfma/index.ts';

/** The newest result of one evaluation. */
export interface FoundResult {
  /** Whose evaluation it is. */
  readonly run: string;
  readonly folder: string;
  readonly files: FolderFiles;
}

/** Folders below a directory, and how many of them are looked into. */
const deepest = 8;
const mostFolders = 5_000;
/** A folder that is named by a number or a time holds a version of what its parent is. */
const version = /^\d[\d_.:TZ-]*$/;

/**
 * The results below a directory that were written since `since`, Unix seconds: of each evaluation the one that was written last. Links are
 * not followed.
 */
export async function findResults(
  directory: string,
  since: number,
  problem: (reason: 'unreadable' | 'too_many_folders', path: string, error?: unknown) => void,
): Promise<readonly FoundResult[]> {
  const newest = new Map<string, FoundResult>();
  let folders: readonly string[] = [directory];
  let seen = 0;
  for (let depth = 0; depth <= deepest && folders.length > 0; depth += 1) {
    const below: string[] = [];
    for (const folder of folders) {
      seen += 1;
      if (seen > mostFolders) {
        problem('too_many_folders', directory);
        return [...newest.values()];
      }
      try {
        const files = await filesOf(folder);
        if (files === null) {
          const entries = await readdir(folder, { withFileTypes: true });
          below.push(...entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name)));
        } else if (files.writtenAt >= since) {
          const run = runOf(directory, folder);
          const held = newest.get(run);
          if (held === undefined || files.writtenAt > held.files.writtenAt) newest.set(run, { run, folder, files });
        }
      } catch (error) {
        problem('unreadable', folder, error);
      }
    }
    folders = below;
  }
  return [...newest.values()];
}

function runOf(directory: string, folder: string): string {
  const names = relative(directory, folder).split(sep);
  while (names.length > 0 && version.test(names.at(-1) ?? '')) names.pop();
  return names.join('/') || basename(directory);
}
