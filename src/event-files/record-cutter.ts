import { maskedCrc32c } from './crc32c.ts';

/** What was cut from a file. */
export type CutRecord = {
  /** Where it ends, counted from the first byte that was pushed: another cutter could go on there. */
  readonly end: number;
} & (
  | { readonly kind: 'record'; readonly bytes: Buffer }
  /** It is longer than what is held, so its data are passed over. */
  | { readonly kind: 'skipped'; readonly length: number }
  /** Its data do not fit their checksum, and the next record follows. */
  | { readonly kind: 'damaged'; readonly problem: string }
  /** No record begins here; the next place where one does is looked for. */
  | { readonly kind: 'broken'; readonly problem: string }
);

const lengthBytes = 8;
const checksumBytes = 4;
const headBytes = lengthBytes + checksumBytes;

/** Scalars of a step take a few hundred bytes, those of a thousand tags some ten thousand. What is longer is an image, a graph, a text. */
const longestHeld = 1024 * 1024;
/** A protocol buffer is not longer, so a length beyond it is none. https://protobuf.dev/programming-guides/encoding/#size-limit */
const longestRecord = 2 ** 31;
/** Zeros at the end are a file that was made longer before its data came, up to so many. */
const longestHole = 1024 * 1024;

/**
 * Cuts the bytes of a TFRecord file into records as they come: u64 length, its masked CRC-32C, the data, their masked CRC-32C, all
 * little-endian. A record at the end that is not complete yet waits for the rest. Where bytes make no sense, it goes on at the next
 * place that holds a length with its checksum. Holds little more than `held` bytes.
 * https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
export class RecordCutter {
  readonly #held: number;
  #waiting: Buffer = Buffer.alloc(0);
  #searching: boolean;
  /** Bytes that are to be passed over before anything is looked at. */
  #skip = 0;
  #done = 0;

  /** @param searching whether the first byte may lie anywhere, not only at the begin of a record */
  constructor({
    held = longestHeld,
    searching = false,
  }: { readonly held?: number; readonly searching?: boolean } = {}) {
    this.#held = held;
    this.#searching = searching;
  }

  /** Bytes of a record that is not complete. */
  get pending(): number {
    return this.#waiting.length;
  }

  /** Where another cutter could go on, counted from the first byte that was pushed; beyond the last one within a skipped record. */
  get done(): number {
    return this.#done;
  }

  /** Whether it looks for the begin of a record. */
  get searching(): boolean {
    return this.#searching;
  }

  *push(chunk: Buffer): Generator<CutRecord> {
    const skipped = Math.min(this.#skip, chunk.length);
    this.#skip -= skipped;
    const fresh = chunk.subarray(skipped);
    const bytes = this.#waiting.length === 0 ? fresh : Buffer.concat([this.#waiting, fresh]);
    const begin = this.#done;
    let at = 0;
    while (bytes.length - at >= headBytes) {
      if (this.#searching) {
        at = findHead(bytes, at);
        this.#searching = !isHead(bytes, at);
        continue;
      }
      if (!isHead(bytes, at)) {
        if (bytes.length - at < longestHole && isZero(bytes, at)) break;
        this.#searching = true;
        yield { kind: 'broken', problem: 'found no length with its checksum', end: begin + at };
        at += 1;
        continue;
      }
      const length = lengthAt(bytes, at);
      const whole = headBytes + length + checksumBytes;
      if (length > this.#held) {
        this.#skip = Math.max(0, at + whole - bytes.length);
        this.#done = begin + at + whole;
        at += whole - this.#skip;
        yield { kind: 'skipped', length, end: this.#done };
        if (this.#skip > 0) break;
        continue;
      }
      if (bytes.length < at + whole) break;
      const data = bytes.subarray(at + headBytes, at + headBytes + length);
      const fits = maskedCrc32c(data) === bytes.readUInt32LE(at + headBytes + length);
      at += whole;
      const end = begin + at;
      if (fits) yield { kind: 'record', bytes: data, end };
      else yield { kind: 'damaged', problem: 'the checksum of a record does not fit', end };
    }
    if (this.#skip === 0) this.#done = begin + at;
    this.#waiting = Buffer.from(bytes.subarray(at));
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
}

function isHead(bytes: Buffer, at: number): boolean {
  return (
    bytes.length - at >= headBytes &&
    lengthAt(bytes, at) < longestRecord &&
    maskedCrc32c(bytes.subarray(at, at + lengthBytes)) === bytes.readUInt32LE(at + lengthBytes)
  );
}

/** The next place from `from` on where a record begins; where there is none, the first one of which too little is there to tell. */
function findHead(bytes: Buffer, from: number): number {
  const last = bytes.length - headBytes;
  for (let at = from; at <= last; at += 1) if (isHead(bytes, at)) return at;
  return Math.max(from, last + 1);
}

function isZero(bytes: Buffer, from: number): boolean {
  for (let at = from; at < bytes.length; at += 1) if (bytes[at] !== 0) return false;
  return true;
}
