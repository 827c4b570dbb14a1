import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';

/** Larger files are no keys or certificates. */
const mostBytes = 2 ** 20;

/** Larger ones are no configuration that a person wrote, and reading them would hold up all else for seconds. */
const mostYamlBytes = 2 ** 18;

/** Why a file cannot be read, in a clause. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/**
 * The text of a regular file. What is none is refused before it is opened: a FIFO that nobody writes into would hold up the process.
 * @throws UnreadableFile
 */
export function readRegularFile(path: string): string {
  return readBytes(path, mostBytes).toString('utf8');
}

/**
 * The text of a configuration. One in another encoding is refused, for its values would be others than were written.
 * @throws UnreadableFile
 */
export function readYamlFile(path: string): string {
  const bytes = readBytes(path, mostYamlBytes);
  if (!isUtf8(bytes)) throw new UnreadableFile(`line ${foreignLine(bytes)} is not UTF-8; save it as UTF-8`);
  return bytes.toString('utf8');
}

/** The number of the first line that is not UTF-8, counted from 1. No character of several bytes has the byte of an end of line in it. */
function foreignLine(bytes: Buffer): number {
  let line = 1;
  let from = 0;
  for (let to = bytes.indexOf('\n'); to >= 0 && isUtf8(bytes.subarray(from, to)); to = bytes.indexOf('\n', from)) {
    line += 1;
    from = to + 1;
  }
  return line;
}

/** @throws UnreadableFile */
function readBytes(path: string, most: number): Buffer {
  try {
    const facts = statSync(path);
    if (!facts.isFile()) throw new UnreadableFile('it is no regular file');
    if (facts.size > most) throw new UnreadableFile(`it has ${facts.size} bytes, more than ${most}`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new UnreadableFile(code, { cause: error });
  }
}
