import { open, stat, type FileHandle } from 'node:fs/promises';
import { parseEvent, RecordCutter, type Event } from '../../event-files/index.ts';
import type { FileMark } from '../../runs/index.ts';
import type { EventFileProblem } from './metrics.ts';

/** Told of what is wrong with a file. */
export type Problem = (reason: EventFileProblem) => void;

/** Read at a time; a longer record takes more. */
const chunk = 32_768;
/** A file is known again by so many of its first bytes, which hold the time at which it was begun. */
const headBytes = 32;

interface Waiting {
  readonly event: Event;
  readonly end: number;
}

/** One event file that is followed while it grows. Holds the events of little more than one chunk. */
export class EventTail {
  readonly path: string;
  readonly #problem: Problem;
  /** Null until there are so many bytes. */
  #head: string | null = null;
  /** The first byte that was not looked at, and whether a record begins there only by chance. */
  #position = 0;
  #searching = false;
  /** The same of what was taken. */
  #taken = { position: 0, searching: false };
  readonly #events: Waiting[] = [];
  #want = chunk;
  #size = 0;
  #stamp = '';
  /** Unix seconds. */
  #writtenAt = 0;
  #readUntil = -Infinity;

  constructor(path: string, problem: Problem, mark?: FileMark) {
    this.path = path;
    this.#problem = problem;
    if (mark === undefined) return;
    this.#head = mark.head;
    this.#goOn(mark.position, mark.searching);
  }

  /** Of the last event that was read, Unix seconds. */
  get readUntil(): number {
    return this.#readUntil;
  }

  /** When the file was written last, Unix seconds. */
  get writtenAt(): number {
    return this.#writtenAt;
  }

  /** Bytes that were not looked at. */
  get backlog(): number {
    return Math.max(0, this.#size - this.#position);
  }

  /** The next event; undefined where more is to be read, or the file ends. */
  get next(): Event | undefined {
    return this.#events[0]?.event;
  }

  /** How far the events were taken; null where the file cannot be known again. */
  get mark(): FileMark | null {
    return this.#head === null ? null : { head: this.#head, ...this.#taken };
  }

  take(): Event | undefined {
    const first = this.#events.shift();
    if (first === undefined) return undefined;
    if (this.#events.length === 0) this.#tookAll();
    else this.#taken = { position: first.end, searching: false };
    return first.event;
  }

  /** What is there now was written before anybody looked: it goes on after that. */
  passOver(): void {
    this.#goOn(this.#size, true);
  }

  /** Looks what has become of the file. @throws Error of the file system */
  async look(): Promise<void> {
    const { size, mtimeMs, ino } = await stat(this.path);
    const stamp = `${size} ${mtimeMs} ${ino}`;
    if (stamp === this.#stamp) return;
    const handle = await open(this.path);
    try {
      this.#compare(size, await bytesOf(handle, 0, headBytes));
    } finally {
      await handle.close();
    }
    this.#stamp = stamp;
    this.#size = size;
    this.#writtenAt = mtimeMs / 1000;
  }

  /** Reads on. @returns how many bytes @throws Error of the file system */
  async read(): Promise<number> {
    const handle = await open(this.path);
    let bytes: Buffer;
    try {
      bytes = await bytesOf(handle, this.#position, Math.min(this.#want, this.backlog));
    } finally {
      await handle.close();
    }
    const cutter = new RecordCutter({ searching: this.#searching });
    for (const cut of cutter.push(bytes)) {
      if (cut.kind === 'damaged') this.#problem('damaged_record');
      else if (cut.kind === 'broken') this.#problem('lost_place');
      else if (cut.kind === 'record') {
        const event = parseEvent(cut.bytes);
        if (event === null) this.#problem('no_event');
        else {
          this.#readUntil = event.time;
          if (event.scalars.length > 0) this.#events.push({ event, end: this.#position + cut.end });
        }
      }
    }
    this.#searching = cutter.searching;
    const done = cutter.done;
    this.#position += done;
    if (this.#events.length === 0) this.#tookAll();
    if (done > 0) this.#want = chunk;
    // The record is longer, or it is not complete.
    else if (bytes.length === this.#want) this.#want *= 2;
    else this.#size = this.#position;
    return bytes.length;
  }

  #compare(size: number, bytes: Buffer): void {
    const head = bytes.length < headBytes ? null : bytes.toString('hex');
    if (this.#head !== null && head !== this.#head) {
      this.#problem('replaced');
      this.#goOn(0, false);
    } else if (size < Math.min(this.#position, this.#size)) {
      // What is left of it was taken already.
      this.#problem('truncated');
      this.#goOn(size, true);
    }
    this.#head = head;
  }

  #goOn(position: number, searching: boolean): void {
    this.#position = position;
    this.#searching = searching;
    this.#events.length = 0;
    this.#want = chunk;
    this.#tookAll();
  }

  #tookAll(): void {
    this.#taken = { position: this.#position, searching: this.#searching };
  }
}

/** At most so many bytes: fewer where the file ends. */
async function bytesOf(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
