import { readFileSync, statSync } from 'node:fs';

/** Larger files are none that a person wrote. */
const mostBytes = 16 * 2 ** 20;

/** Why a file cannot be read, in a clause. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/**
 * The text of a regular file. What is none is refused before it is opened: a FIFO that nobody writes into would hold up the process.
 * @throws UnreadableFile
 */
export function readRegularFile(path: string): string {
  try {
    const facts = statSync(path);
    if (!facts.isFile()) throw new UnreadableFile('it is no regular file');
    if (facts.size > mostBytes) throw new UnreadableFile(`it is larger than ${mostBytes} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new UnreadableFile(code, { cause: error });
  }
}
