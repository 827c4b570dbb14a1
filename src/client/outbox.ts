import { RingBuffer } from './ring-buffer.ts';
import { mergeStep } from './step-merge.ts';
import type { Item, MeasuredReport } from './measured-report.ts';
import { maxStepBytes, stepBytes, type WireStep } from './step-report.ts';

/** Tag and length of the batch, its sequence and its count of dropped steps, with room. */
const batchOverheadBytes = 64;
/** The exporter decodes a batch in one go; this many steps take it about a millisecond. */
const maxBatchItems = 500;
/** As many as an exporter takes of each other part. */
const maxBatchReports = 64;

export interface Batch {
  readonly sequence: number;
  readonly steps: readonly WireStep[];
  readonly reports: readonly MeasuredReport[];
}

interface CutBatch {
  readonly sequence: number;
  /** Its items are those of the ring from here up to but not including `to`. */
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/**
 * Everything that the exporter has not acknowledged, oldest first: batches that were cut, then what waits for the next one.
 * A batch keeps its sequence and its content, so one that arrives twice is a duplicate and not a second truth.
 */
export class Outbox {
  readonly #items: RingBuffer<Item>;
  #batches: CutBatch[] = [];
  /** The number of batches at the front of `#batches` that are on their way on this connection, or need not be. */
  #sent = 0;
  #sequence = 0;
  #cutUpTo = 0;
  #batchBytes = maxStepBytes;
  #dropped = 0;

  /** @param capacity the most steps and other reports that are kept */
  constructor(capacity: number) {
    this.#items = new RingBuffer(capacity);
  }

  /** Steps and other reports that gave way to newer ones before they were acknowledged. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether everything was acknowledged. */
  get empty(): boolean {
    return this.#items.size === 0;
  }

  add(item: Item): void {
    if (!('part' in item) && mergeStep(this.#items, this.#cutUpTo, item)) return;
    if (!this.#items.push(item)) return;
    this.#dropped += 1;
    this.#discardBatches((batch) => batch.to <= this.#items.first);
    this.#cutUpTo = Math.max(this.#cutUpTo, this.#items.first);
  }

  /** The next batch to send on this connection, undefined when all are on their way. */
  next(): Batch | undefined {
    const batch = this.#batches[this.#sent] ?? this.#cut();
    if (batch === undefined) return undefined;
    this.#sent += 1;
    const items = this.#items.slice(batch.from, batch.to);
    return {
      sequence: batch.sequence,
      steps: items.filter((item): item is WireStep => !('part' in item)),
      reports: items.filter((item): item is MeasuredReport => 'part' in item),
    };
  }

  /** A new connection: `received` is the last sequence that the exporter has, `maxMessageBytes` the largest message it takes. */
  resume(received: number, maxMessageBytes: number): void {
    this.#batchBytes = maxMessageBytes - batchOverheadBytes;
    this.#sent = this.#batches.filter(({ sequence }) => sequence <= received).length;
    const missing = this.#batches.slice(this.#sent);
    const [first] = missing;
    if (first !== undefined && missing.some(({ from, to, bytes }) => to - from > 1 && bytes > this.#batchBytes)) {
      // The exporter takes less than it did, and has none of these batches: they are cut anew.
      this.#batches.length = this.#sent;
      this.#cutUpTo = Math.max(first.from, this.#items.first);
      this.#sequence = first.sequence - 1;
    }
    this.#sequence = Math.max(this.#sequence, received);
  }

  /** Every batch up to this sequence is safe with the exporter. */
  acknowledge(sequence: number): void {
    const safe = this.#batches.findLast((batch) => batch.sequence <= sequence);
    if (safe === undefined) return;
    this.#items.forget(safe.to);
    this.#discardBatches((batch) => batch.sequence <= sequence);
  }

  #cut(): CutBatch | undefined {
    const from = this.#cutUpTo;
    let to = from;
    let bytes = 0;
    let reports = 0;
    for (; to < this.#items.end && to - from < maxBatchItems && reports < maxBatchReports; to += 1) {
      const item = this.#items.at(to);
      if (item === undefined) break;
      const more = 'part' in item ? item.bytes : stepBytes(item);
      // One that is too large by itself goes alone: the exporter tells its limit.
      if (to > from && bytes + more > this.#batchBytes) break;
      bytes += more;
      if ('part' in item) reports += 1;
    }
    if (from === to) return undefined;
    this.#sequence += 1;
    const batch = { sequence: this.#sequence, from, to, bytes };
    this.#batches.push(batch);
    this.#cutUpTo = to;
    return batch;
  }

  /** Removes the batches at the front for which `done` is true. */
  #discardBatches(done: (batch: CutBatch) => boolean): void {
    const kept = this.#batches.findIndex((batch) => !done(batch));
    const gone = kept === -1 ? this.#batches.length : kept;
    this.#batches.splice(0, gone);
    this.#sent = Math.max(0, this.#sent - gone);
  }
}
