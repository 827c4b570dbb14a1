import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What is looked at of the file system. */
export interface Folders {
  readonly stat: (path: string) => Promise<Pick<Stats, 'dev' | 'ino'>>;
  readonly list: (path: string) => Promise<readonly Pick<Dirent, 'name' | 'isDirectory'>[]>;
}

const real: Folders = { stat: lstat, list: (path) => readdir(path, { withFileTypes: true }) };

/** A full node has some thousand cgroups. */
const mostFolders = 20_000;

/**
 * Where the cgroup of this process lies in the whole hierarchy. A process with a cgroup namespace of its own (every container on
 * version 2) sees its cgroup as the root, and paths of other processes begin with as many `..` as lead out of it, see
 * cgroup_namespaces(7). The folder is the same one, so its inode tells it in the node's own mount.
 *
 * @param own the root of the hierarchy as this process sees it
 * @param whole where that of the node is mounted
 * @returns a path from the root, null where it is not found
 */
export async function findOwnCgroup(own: string, whole: string, folders: Folders = real): Promise<string | null> {
  const sought = await folders.stat(own).catch(() => null);
  if (sought === null) return null;
  const waiting = ['/'];
  for (const path of waiting) {
    const found = await folders.stat(join(whole, path)).catch(() => null);
    if (found?.ino === sought.ino && found.dev === sought.dev) return path;
    for (const entry of await folders.list(join(whole, path)).catch(() => []))
      if (entry.isDirectory() && waiting.length < mostFolders) waiting.push(join(path, entry.name));
  }
  return null;
}
