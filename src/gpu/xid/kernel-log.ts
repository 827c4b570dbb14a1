import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { CollectorError } from '../../collect/index.ts';
import type { KmsgState } from './metrics.ts';

/** More than the longest record of the kernel (8 KiB, PRINTK_MESSAGE_MAX and its prefix). */
const bufferBytes = 16_384;

/** Of a regular file so much tells it from another: priority, sequence number and time. */
const beginningBytes = 64;

/** What one read brought: lines, that the reader was overtaken, or nothing more for now. */
export type Chunk =
  { readonly kind: 'lines'; readonly lines: readonly string[] } | { readonly kind: 'overwritten' | 'end' };

/**
 * The kernel log, opened so that no read waits. Each read of /dev/kmsg brings one record, EAGAIN where there is none yet, and EPIPE
 * where the next one was overwritten; the read after that goes on with the oldest that is left. A regular file and a FIFO bring
 * pieces of text: lines are cut out of them, the last one when its end has come. A regular file that was read to its end and has been
 * cut, removed, replaced or written anew since is closed, so that the next {@link open} begins with the one that is there.
 */
export class KernelLog {
  readonly #path: string;
  readonly #buffer = Buffer.alloc(bufferBytes);
  #file: number | null = null;
  #rest = '';
  /** Bytes that were read of it. */
  #position = 0;
  /** How it begins. Another log begins with another sequence number. */
  #beginning = Buffer.alloc(0);
  /** It was read to its end. */
  #isRead = false;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Opens it where it is not open, from the oldest record that the kernel has kept. A machine without it, or an exporter that may not
   * read it, is a state and no error.
   * @throws CollectorError `unreadable`
   */
  open(): KmsgState {
    if (this.#file !== null) return 'readable';
    try {
      this.#file = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO') return 'absent';
      if (code === 'EACCES' || code === 'EPERM') return 'not_permitted';
      throw new CollectorError('unreadable', `cannot open ${this.#path}: ${code}`, { cause: error });
    }
    // The kernel opens a folder as it does a file, and refuses each read.
    if (!fstatSync(this.#file).isDirectory()) return 'readable';
    this.close();
    throw new CollectorError('unreadable', `${this.#path} is a folder and no kernel log`);
  }

  get isOpen(): boolean {
    return this.#file !== null;
  }

  /** @throws CollectorError `unreadable`; the log is closed then, and opened again by the next {@link open}. */
  read(): Chunk {
    if (this.#file === null) return { kind: 'end' };
    try {
      if (this.#isRead && this.#isWrittenAnew(this.#file)) {
        this.close();
        return { kind: 'end' };
      }
      const length = readSync(this.#file, this.#buffer, 0, bufferBytes, null);
      this.#isRead = length === 0;
      if (this.#isRead) {
        if (this.#isLeft(this.#file)) this.close();
        return { kind: 'end' };
      }
      if (this.#position === 0)
        this.#beginning = Buffer.from(this.#buffer.subarray(0, Math.min(length, beginningBytes)));
      this.#position += length;
      const lines = (this.#rest + this.#buffer.toString('latin1', 0, length)).split('\n');
      this.#rest = (lines.pop() ?? '').slice(0, bufferBytes);
      return { kind: 'lines', lines };
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EAGAIN') return { kind: 'end' };
      if (code === 'EPIPE') return { kind: 'overwritten' };
      this.close();
      throw new CollectorError('unreadable', `cannot read ${this.#path}: ${code}`, { cause: error });
    }
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.#rest = '';
    this.#position = 0;
    this.#beginning = Buffer.alloc(0);
    this.#isRead = false;
  }

  #isLeft(file: number): boolean {
    const opened = fstatSync(file);
    if (!opened.isFile()) return false;
    const named = statSync(this.#path, { throwIfNoEntry: false });
    return opened.size < this.#position || named?.ino !== opened.ino || named.dev !== opened.dev;
  }

  /** What was read of it is no longer there: all of it is to be read, not only what stands behind. */
  #isWrittenAnew(file: number): boolean {
    if (!fstatSync(file).isFile()) return false;
    const beginning = Buffer.alloc(this.#beginning.length);
    readSync(file, beginning, 0, beginning.length, 0);
    return !beginning.equals(this.#beginning);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
