import { readFileSync, statSync } from 'node:fs';

/** Larger files are no keys or certificates. */
const mostBytes = 2 ** 20;

/** Larger ones are no configuration that a person wrote, and reading them would hold up all else for seconds. */
export const mostYamlBytes = 2 ** 18;

/** Why a file cannot be read, in a clause. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/**
 * The text of a regular file. What is none is refused before it is opened: a FIFO that nobody writes into would hold up the process.
 * @throws UnreadableFile
 */
export function readRegularFile(path: string, most = mostBytes): string {
  try {
    const facts = statSync(path);
    if (!facts.isFile()) throw new UnreadableFile('it is no regular file');
    if (facts.size > most) throw new UnreadableFile(`it has ${facts.size} bytes, more than ${most}`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new UnreadableFile(code, { cause: error });
  }
}
