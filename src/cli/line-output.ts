import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/**
 * Lines for somebody who may not be there to read them: a full disk, a reader that hangs or has gone cost those lines, which are
 * counted, and hold up nothing. (pino's own destination tries them again until there is room, and lets nothing else happen meanwhile.)
 */
export class LineOutput {
  readonly #file: number;
  #lost = 0;
  /** The part of a line that was written is not continued by the next one. */
  #torn = false;

  /** @param file 1 for standard output, 2 for standard error */
  constructor(file: number) {
    this.#file = withoutWaiting(file);
  }

  /** How many were not written, or not to their end. */
  get lost(): number {
    return this.#lost;
  }

  /** Takes whole lines. */
  write(lines: string): void {
    let rest: Uint8Array = Buffer.from(this.#torn ? `\n${lines}` : lines);
    try {
      while (rest.length > 0) {
        rest = rest.subarray(writeSync(this.#file, rest));
        this.#torn = rest.length > 0;
      }
    } catch {
      this.#lost += 1;
    }
  }
}

/**
 * A pipe or terminal of which a full or stopped one (Ctrl-S) refuses what is written: it is opened once more, as the one that was
 * inherited waits, and is shared with others. Where it cannot be opened, and for what is neither, the file itself.
 */
function withoutWaiting(file: number): number {
  try {
    const kind = fstatSync(file);
    if (kind.isFIFO() || kind.isCharacterDevice())
      return openSync(`/proc/self/fd/${file}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // A closed one, or one that belongs to somebody else.
  }
  return file;
}
