/** How far a walk goes. */
export interface WalkLimits {
  /** Folders below the directory. */
  readonly deepest: number;
  readonly mostFolders: number;
}

export type WalkProblem = (reason: 'unreadable' | 'too_many_folders', path: string, error?: unknown) => void;

/**
 * Goes through a directory and the folders below it, those nearer to it first.
 * @param visit is given a folder, and tells which folders below it are to be visited
 * @param problem is told why a folder could not be read; the others are visited all the same
 */
export async function walkFolders(
  directory: string,
  { deepest, mostFolders }: WalkLimits,
  visit: (folder: string) => Promise<readonly string[]>,
  problem: WalkProblem,
): Promise<void> {
  let folders: readonly string[] = [directory];
  let seen = 0;
  for (let depth = 0; depth <= deepest && folders.length > 0; depth += 1) {
    const below: string[] = [];
    for (const folder of folders) {
      seen += 1;
      if (seen > mostFolders) {
        problem('too_many_folders', directory);
        return;
      }
      try {
        below.push(...(await visit(folder)));
      } catch (error) {
        problem('unreadable', folder, error);
      }
    }
    folders = below;
  }
}
