import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CollectorError } from '../collect/index.ts';

/**
 * Text of a file of the proc file system. Synchronous on purpose: the kernel makes it in memory and never waits, and a read through
 * the thread pool costs several times more CPU.
 * @throws CollectorError `unreadable`
 */
export function readProc(procRoot: string, file: string): string {
  const path = join(procRoot, file);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CollectorError(
      'unreadable',
      `cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`,
      {
        cause: error,
      },
    );
  }
}
