import { maskedCrc32c } from './crc32c.ts';

/** A record, or why a place in the file is none. After `broken` nothing that follows can be found. */
export type CutRecord =
  | { readonly kind: 'record'; readonly bytes: Buffer }
  | { readonly kind: 'damaged' | 'broken'; readonly problem: string };

const lengthBytes = 8;
const checksumBytes = 4;
const headBytes = lengthBytes + checksumBytes;

/** Images and histograms are larger than scalars, but not larger than this. */
export const longestRecord = 64 * 1024 * 1024;

/**
 * Cuts the bytes of a TFRecord file into records as they come: u64 length, its masked CRC-32C, the data, their masked CRC-32C, all
 * little-endian. A record at the end that is not complete yet waits for the rest.
 * https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
export class RecordCutter {
  #waiting: Buffer = Buffer.alloc(0);
  #broken = false;

  /** Bytes of a record that is not complete. */
  get pending(): number {
    return this.#waiting.length;
  }

  *push(chunk: Buffer): Generator<CutRecord> {
    if (this.#broken) return;
    const bytes = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    let at = 0;
    while (bytes.length - at >= headBytes) {
      const head = bytes.subarray(at, at + lengthBytes);
      const length = Number(head.readBigUInt64LE());
      const problem =
        maskedCrc32c(head) !== bytes.readUInt32LE(at + lengthBytes)
          ? 'the checksum of a length does not fit'
          : length > longestRecord
            ? `a record has ${length} bytes, expected at most ${longestRecord}`
            : null;
      if (problem !== null) {
        this.#broken = true;
        this.#waiting = Buffer.alloc(0);
        yield { kind: 'broken', problem };
        return;
      }
      const end = at + headBytes + length;
      if (bytes.length < end + checksumBytes) break;
      const data = bytes.subarray(at + headBytes, end);
      at = end + checksumBytes;
      if (maskedCrc32c(data) === bytes.readUInt32LE(end)) yield { kind: 'record', bytes: data };
      else yield { kind: 'damaged', problem: 'the checksum of a record does not fit' };
    }
    this.#waiting = Buffer.from(bytes.subarray(at));
  }
}
