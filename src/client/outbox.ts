import { RingBuffer } from './ring-buffer.ts';
import { mergeStep } from './step-merge.ts';
import type { WireStep } from './step-report.ts';

/**
 * No step is longer on the wire, with its tag and length: 24 doubles of at most 10 bytes, 12 varints of at most 12, and a flag of 2.
 * https://protobuf.dev/programming-guides/encoding/
 */
export const maxStepBytes = 390;
/** Tag and length of the batch, its sequence and its count of dropped steps, with room. */
const batchOverheadBytes = 64;
/** The exporter decodes a batch in one go; this many steps take it about a millisecond. */
const maxBatchSteps = 500;

export interface Batch {
  readonly sequence: number;
  readonly steps: readonly WireStep[];
}

interface CutBatch {
  readonly sequence: number;
  /** Its steps are those of the ring from here up to but not including `to`. */
  readonly from: number;
  readonly to: number;
}

/**
 * Everything that the exporter has not acknowledged, oldest first: batches that were cut, then the steps that wait for the next one.
 * A batch keeps its sequence and its steps, so one that arrives twice is a duplicate and not a second truth.
 */
export class Outbox {
  readonly #steps: RingBuffer<WireStep>;
  #batches: CutBatch[] = [];
  /** The number of batches at the front of `#batches` that are on their way on this connection, or need not be. */
  #sent = 0;
  #sequence = 0;
  #cutUpTo = 0;
  #stepsPerBatch = 1;
  #dropped = 0;

  /** @param capacity the most steps that are kept */
  constructor(capacity: number) {
    this.#steps = new RingBuffer(capacity);
  }

  /** Steps that gave way to newer ones before they were acknowledged. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether everything was acknowledged. */
  get empty(): boolean {
    return this.#steps.size === 0;
  }

  add(step: WireStep): void {
    if (mergeStep(this.#steps, this.#cutUpTo, step)) return;
    if (!this.#steps.push(step)) return;
    this.#dropped += 1;
    this.#discardBatches((batch) => batch.to <= this.#steps.first);
    this.#cutUpTo = Math.max(this.#cutUpTo, this.#steps.first);
  }

  /** The next batch to send on this connection, undefined when all are on their way. */
  next(): Batch | undefined {
    const batch = this.#batches[this.#sent] ?? this.#cut();
    if (batch === undefined) return undefined;
    this.#sent += 1;
    return { sequence: batch.sequence, steps: this.#steps.slice(batch.from, batch.to) };
  }

  /** A new connection: `received` is the last sequence that the exporter has, `maxMessageBytes` the largest message it takes. */
  resume(received: number, maxMessageBytes: number): void {
    const fitting = Math.floor((maxMessageBytes - batchOverheadBytes) / maxStepBytes);
    this.#stepsPerBatch = Math.max(1, Math.min(maxBatchSteps, fitting));
    this.#sent = this.#batches.filter(({ sequence }) => sequence <= received).length;
    const missing = this.#batches.slice(this.#sent);
    const [first] = missing;
    if (first !== undefined && missing.some(({ from, to }) => to - from > this.#stepsPerBatch)) {
      // The exporter takes less than it did, and has none of these batches: they are cut anew.
      this.#batches.length = this.#sent;
      this.#cutUpTo = Math.max(first.from, this.#steps.first);
      this.#sequence = first.sequence - 1;
    }
    this.#sequence = Math.max(this.#sequence, received);
  }

  /** Every batch up to this sequence is safe with the exporter. */
  acknowledge(sequence: number): void {
    const safe = this.#batches.findLast((batch) => batch.sequence <= sequence);
    if (safe === undefined) return;
    this.#steps.forget(safe.to);
    this.#discardBatches((batch) => batch.sequence <= sequence);
  }

  #cut(): CutBatch | undefined {
    const from = this.#cutUpTo;
    const to = Math.min(from + this.#stepsPerBatch, this.#steps.end);
    if (from === to) return undefined;
    this.#sequence += 1;
    const batch = { sequence: this.#sequence, from, to };
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
