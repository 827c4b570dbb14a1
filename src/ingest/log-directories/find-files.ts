import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { walkFolders, type WalkProblem } from '../watched-folders/walk-folders.ts';

/** A file as it lies there. */
export interface FoundFile {
  readonly path: string;
  readonly size: number;
  /** Unix seconds. */
  readonly writtenAt: number;
}

const limits = { deepest: 12, mostFolders: 20_000 };

/** The event files below a directory that were written since `since`, Unix seconds. Links are not followed. */
export async function findEventFiles(
  directory: string,
  since: number,
  problem: WalkProblem,
): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = [];
  const visit = async (folder: string): Promise<readonly string[]> => {
    const below: string[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) below.push(path);
      else if (entry.isFile() && isEventFile(entry.name)) {
        const { size, mtimeMs } = await stat(path);
        if (mtimeMs / 1000 >= since) found.push({ path, size, writtenAt: mtimeMs / 1000 });
      }
    }
    return below;
  };
  await walkFolders(directory, limits, visit, problem);
  return found;
}

/** events.out.tfevents.TIME.HOST, with whatever a writer appends. */
function isEventFile(name: string): boolean {
  return name.includes('tfevents');
}
