import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file as it lies there. */
export interface FoundFile {
  readonly path: string;
  readonly size: number;
  /** Unix seconds. */
  readonly writtenAt: number;
}

/** Folders below a log directory, and how many of them are looked into. */
const deepest = 12;
const mostFolders = 20_000;

/**
 * The event files below a directory that were written since `since`, Unix seconds. Links are not followed.
 * @param problem is told why a folder could not be read; what is in others is found all the same
 */
export async function findEventFiles(
  directory: string,
  since: number,
  problem: (reason: 'unreadable' | 'too_many_folders', path: string, error?: unknown) => void,
): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = [];
  let folders: readonly string[] = [directory];
  let seen = 0;
  for (let depth = 0; depth <= deepest && folders.length > 0; depth += 1) {
    const below: string[] = [];
    for (const folder of folders) {
      seen += 1;
      if (seen > mostFolders) {
        problem('too_many_folders', directory);
        return found;
      }
      try {
        for (const entry of await readdir(folder, { withFileTypes: true })) {
          const path = join(folder, entry.name);
          if (entry.isDirectory()) below.push(path);
          else if (entry.isFile() && isEventFile(entry.name)) {
            const { size, mtimeMs } = await stat(path);
            if (mtimeMs / 1000 >= since) found.push({ path, size, writtenAt: mtimeMs / 1000 });
          }
        }
      } catch (error) {
        problem('unreadable', folder, error);
      }
    }
    folders = below;
  }
  return found;
}

/** events.out.tfevents.TIME.HOST, with whatever a writer appends. */
function isEventFile(name: string): boolean {
  return name.includes('tfevents');
}
