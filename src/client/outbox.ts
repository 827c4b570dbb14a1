import { RingBuffer } from './ring-buffer.ts';
import { addPart, findOpenStep } from './step-merge.ts';
import { exactBytes, itemBytes, maxMessageBytes, type Item, type MeasuredReport } from './measured-report.ts';
import type { WireStep } from './wire-step.ts';

/** Tag and length of the batch, its sequence and its count of dropped steps, with room. */
const batchOverheadBytes = 64;
/** The exporter decodes a batch in one go; this many steps take it about a millisecond. */
const maxBatchItems = 500;
/** As many as an exporter takes of each other part. */
const maxBatchReports = 64;
/** Of all that is kept, as it is on the wire. The thread has a heap of four times as much. */
const maxKeptBytes = 32 << 20;

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

/** A step or a report that no message of the exporter holds. */
export interface TooLarge {
  readonly item: Item;
  readonly bytes: number;
  readonly limit: number;
}

/**
 * Everything that the exporter has not acknowledged, oldest first: batches that were cut, then what waits for the next one.
 * A batch keeps its sequence and its content, so one that arrives twice is a duplicate and not a second truth.
 */
export class Outbox {
  readonly #items: RingBuffer<Item>;
  readonly #leftOut: (item: TooLarge) => void;
  #batches: CutBatch[] = [];
  /** The number of batches at the front of `#batches` that are on their way on this connection, or need not be. */
  #sent = 0;
  #sequence = 0;
  #cutUpTo = 0;
  #batchBytes = maxMessageBytes - batchOverheadBytes;
  #dropped = 0;
  #keptBytes = 0;

  /**
   * @param capacity the most steps and other reports that are kept
   * @param leftOut is told of what is dropped because it is too large for the exporter
   */
  constructor(capacity: number, leftOut: (item: TooLarge) => void) {
    this.#items = new RingBuffer(capacity);
    this.#leftOut = leftOut;
  }

  /** Steps and other reports that gave way to newer ones before they were acknowledged, or that are too large for the exporter. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether everything was acknowledged. */
  get empty(): boolean {
    return this.#batches.length === 0 && this.#cutUpTo === this.#items.end;
  }

  add(item: Item): void {
    const open = 'part' in item ? undefined : findOpenStep(this.#items, this.#cutUpTo, item);
    if (open === undefined) {
      if (this.#items.size === this.#items.capacity) this.#dropOldest();
      this.#items.push(item);
      this.#keptBytes += itemBytes(item);
    } else {
      this.#keptBytes -= itemBytes(open);
      addPart(open, item as WireStep);
      this.#keptBytes += itemBytes(open);
    }
    while (this.#keptBytes > maxKeptBytes) this.#dropOldest();
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

  /** A new connection: `received` is the last sequence that the exporter has, `messageBytes` the largest message it takes. */
  resume(received: number, messageBytes: number | undefined): void {
    this.#sent = this.#batches.filter(({ sequence }) => sequence <= received).length;
    this.limit(messageBytes);
    this.#sequence = Math.max(this.#sequence, received);
  }

  /** From now on the exporter takes messages of so many bytes. */
  limit(messageBytes = maxMessageBytes): void {
    this.#batchBytes = Math.min(messageBytes, maxMessageBytes) - batchOverheadBytes;
    const unsent = this.#batches.slice(this.#sent);
    const [first] = unsent;
    if (first === undefined || unsent.every(({ bytes }) => bytes <= this.#batchBytes)) return;
    // The exporter takes less than it did, and has none of these batches: they are cut anew.
    this.#batches.length = this.#sent;
    this.#cutUpTo = Math.max(first.from, this.#items.first);
    this.#sequence = first.sequence - 1;
  }

  /** Every batch up to this sequence is safe with the exporter. */
  acknowledge(sequence: number): void {
    const safe = this.#batches.findLast((batch) => batch.sequence <= sequence);
    if (safe === undefined) return;
    this.#forget(safe.to);
    this.#discardBatches((batch) => batch.sequence <= sequence);
  }

  #cut(): CutBatch | undefined {
    this.#dropTooLarge();
    const from = this.#cutUpTo;
    let to = from;
    let bytes = 0;
    let reports = 0;
    for (; to < this.#items.end && to - from < maxBatchItems && reports < maxBatchReports; to += 1) {
      const item = this.#items.at(to);
      if (item === undefined) break;
      const more = itemBytes(item);
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

  /** Passes over what would be alone in its batch and too large all the same: the exporter would end each connection that brings it. */
  #dropTooLarge(): void {
    for (; this.#cutUpTo < this.#items.end; this.#cutUpTo += 1) {
      const item = this.#items.at(this.#cutUpTo);
      if (item === undefined) continue;
      // An upper bound says mostly that it fits.
      const bytes = itemBytes(item) <= this.#batchBytes ? 0 : exactBytes(item);
      if (bytes <= this.#batchBytes) return;
      this.#items.remove(this.#cutUpTo);
      this.#keptBytes -= itemBytes(item);
      this.#dropped += 1;
      this.#leftOut({ item, bytes, limit: this.#batchBytes });
    }
  }

  #dropOldest(): void {
    const { first } = this.#items;
    if (this.#items.at(first) !== undefined) this.#dropped += 1;
    this.#forget(first + 1);
    this.#discardBatches((batch) => batch.to <= this.#items.first);
    this.#cutUpTo = Math.max(this.#cutUpTo, this.#items.first);
  }

  #forget(to: number): void {
    for (const item of this.#items.slice(this.#items.first, to)) this.#keptBytes -= itemBytes(item);
    this.#items.forget(to);
  }

  /** Removes the batches at the front for which `done` is true. */
  #discardBatches(done: (batch: CutBatch) => boolean): void {
    const kept = this.#batches.findIndex((batch) => !done(batch));
    const gone = kept === -1 ? this.#batches.length : kept;
    this.#batches.splice(0, gone);
    this.#sent = Math.max(0, this.#sent - gone);
  }
}
