import { closeSync, openSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { counter, type Row, type SeriesTable } from '../series/index.ts';
import type { LineSink } from './findings-log.ts';

export const findingsFileMetrics = {
  lost: counter('gradwatch_exporter_findings_log_lost_lines_total', {
    help: 'Lines that could not be written to the log of findings',
  }),
} as const;

/** Findings come one by one: that many lines wait only for a disk that does not answer. */
const mostWaiting = 10_000;

/** Opens the file for appending, which makes it where there is none. @throws Error that names the option */
export function tryFindingsFile(path: string): void {
  try {
    closeSync(openSync(path, 'a'));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new Error(`log.findings ${path}: cannot be written to (${code})`, { cause: error });
  }
}

export interface FindingsFileParts {
  readonly path: string;
  /** Before it would become larger the file becomes `PATH.1`, that one `PATH.2` and so on. */
  readonly maximumBytes: number;
  /** How many of these are kept. */
  readonly kept: number;
  readonly table: SeriesTable;
  readonly log: {
    info(facts: object, message: string): void;
    error(facts: object, message: string): void;
  };
}

/**
 * The file to which findings are appended. It is opened for every write, so that a full disk, a folder that went away or a file that
 * somebody else rotated costs the lines that did not fit and no more: they are counted, and the failure is logged once until it changes.
 */
export class FindingsFile implements LineSink {
  readonly #parts: FindingsFileParts;
  readonly #row: Row<'lost'>;
  readonly #waiting: string[] = [];
  #writing: Promise<void> | null = null;
  #failure: string | null = null;

  /**
   * Opens the file at once: a path that cannot be written to is a mistake of the configuration, and better told at the start than at
   * the first finding.
   * @throws Error that names the option
   */
  constructor(parts: FindingsFileParts) {
    this.#parts = parts;
    tryFindingsFile(parts.path);
    this.#row = parts.table.group([], findingsFileMetrics).row({});
    this.#row.set('lost', 0);
  }

  /** Takes a line with its end. It is written soon. */
  write(line: string): void {
    if (this.#waiting.length >= mostWaiting) this.#row.add('lost');
    else this.#waiting.push(line);
    this.#writing ??= this.#drain();
  }

  /** Waits until everything was written or lost. */
  async close(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      try {
        await this.#append();
        this.#succeeded();
      } catch (error) {
        this.#waiting.shift();
        this.#row.add('lost');
        this.#failed(error as NodeJS.ErrnoException);
      }
    }
    this.#writing = null;
  }

  /** Writes as many lines as fit, into a new file where the next one does not. Those that were written wait no more, also where the disk became full. */
  async #append(): Promise<void> {
    const { path, maximumBytes } = this.#parts;
    let file = await open(path, 'a');
    try {
      let { size } = await file.stat();
      if (size > 0 && fitting(this.#waiting, maximumBytes - size) === 0) {
        await file.close();
        await this.#rotate();
        file = await open(path, 'a');
        size = 0;
      }
      const lines = this.#waiting.slice(0, Math.max(1, fitting(this.#waiting, maximumBytes - size)));
      try {
        await file.appendFile(lines.join(''));
        this.#waiting.splice(0, lines.length);
      } catch (error) {
        const { size: reached } = await file.stat();
        const whole = lines.slice(0, fitting(lines, reached - size));
        // A part of a line may be there too, and the next one would continue it. A device cannot be cut.
        await file.truncate(size + Buffer.byteLength(whole.join(''))).catch(() => undefined);
        this.#waiting.splice(0, whole.length);
        throw error;
      }
    } finally {
      await file.close();
    }
  }

  async #rotate(): Promise<void> {
    const { path, kept } = this.#parts;
    for (let number = kept; number > 0; number -= 1) {
      const from = number === 1 ? path : `${path}.${number - 1}`;
      await rename(from, `${path}.${number}`).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      });
    }
  }

  #failed(error: NodeJS.ErrnoException): void {
    const failure = error.code ?? error.message;
    if (failure === this.#failure) return;
    this.#failure = failure;
    this.#parts.log.error({ err: error }, 'the log of findings cannot be written; lines are lost until it can');
  }

  #succeeded(): void {
    if (this.#failure === null) return;
    this.#parts.log.info({ last: this.#failure }, 'the log of findings is written again');
    this.#failure = null;
  }
}

/** How many of the first lines take so many bytes together, or fewer. */
function fitting(lines: readonly string[], bytes: number): number {
  let left = bytes;
  const beyond = lines.findIndex((line) => (left -= Buffer.byteLength(line)) < 0);
  return beyond < 0 ? lines.length : beyond;
}
