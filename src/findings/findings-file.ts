import { createWriteStream, openSync, type WriteStream } from 'node:fs';

/**
 * Opens the file to which findings are appended, at once: a path that cannot be written to is a mistake of the configuration, and
 * better told at the start than at the first finding.
 * @throws Error that names the option
 */
export function openFindingsFile(path: string): WriteStream {
  try {
    return createWriteStream(path, { fd: openSync(path, 'a') });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new Error(`log.findings ${path}: cannot be written to (${code})`, { cause: error });
  }
}
