import * as v from 'valibot';
import type { StepValues } from './observation.ts';
import type { Phase, StepDetails } from './reports.ts';
import { savedValues } from './saved-values.ts';

/** One report of a step, complete or in part, as it was accepted. */
export interface StepReport {
  readonly step: number;
  /** Unix seconds. */
  readonly time: number;
  /** What the report tells of the step; NaN and infinities are data. */
  readonly values: StepValues;
  readonly skipped: boolean;
  /** What it tells beside fields; absent with most workers. */
  readonly details?: StepDetails;
  /** What the worker does from now on, where it says so. */
  readonly phase?: Phase;
}

/** What is known of one step. */
export interface StepRecord {
  readonly step: number;
  readonly time: number;
  /** Replaced, never changed, when a part arrives: who holds it keeps what was known then. */
  known: StepValues;
  skipped: boolean;
  /** Reports that made the record: 1 when the step is new. */
  reports: number;
  /** The worker had gone back when it took this step. */
  readonly wentBack: boolean;
  /** It was taken before the last one, and came after it. */
  readonly late: boolean;
  /** Of the parts with values that had another time than the first one. */
  readonly partTimes: number[];
  /** Already counted as a step that was not finite. */
  countedNonFinite: boolean;
  /** Already counted as a step that was skipped. */
  countedSkipped: boolean;
  /** Of a process before the one that speaks, which brings no part of it. */
  former: boolean;
}

const stepNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** What outlives the exporter of a {@link StepRecord}. */
export const savedRecord = v.object({
  step: stepNumber,
  time: v.number(),
  known: savedValues,
  skipped: v.boolean(),
  reports: v.number(),
  wentBack: v.boolean(),
  late: v.optional(v.boolean(), false),
  partTimes: v.optional(v.array(v.number()), () => []),
  countedNonFinite: v.boolean(),
  countedSkipped: v.optional(v.boolean(), false),
  former: v.optional(v.boolean(), false),
});

/** How many steps can still be completed by a later part: clients send a part one or two steps late. */
const kept = 8;

/** What outlives the exporter of {@link RecentSteps}. */
export const savedSteps = v.object({
  records: v.array(savedRecord),
  next: stepNumber,
  /** Where the newest stands, -1 when none was taken. */
  newest: v.pipe(v.number(), v.safeInteger()),
});
export type SavedSteps = v.InferOutput<typeof savedSteps>;

/**
 * The last steps of one rank. Decides what a report is: a new step, a part that completes a step seen lately, or a step back.
 *
 * A part brings only fields that its step lacks. A report that brings a field again, or a lower step that is not among the last
 * eight, says that the worker went back to a checkpoint. The records of the abandoned steps stay until they are pushed out or taken
 * again, so a late part of one completes it and is not mistaken for a leap ahead; but what another process took is completed by none. A step that is missing among the last eight and that
 * the worker took before the newest was held up on its way; so was a lower one of any distance, which is not kept.
 */
export class RecentSteps {
  readonly #records: StepRecord[] = [];
  #next = 0;
  #newest: StepRecord | null = null;

  /** The step taken last; after a step back not the highest. */
  get newest(): StepRecord | null {
    return this.#newest;
  }

  /** Whether a report says once more, of the same moment, what is known of its step. */
  repeats(report: StepReport): boolean {
    const record = this.#records[this.#find(report.step)];
    return record !== undefined && isRepeat(record, report);
  }

  /** Another process speaks from now on. */
  renew(): void {
    for (const record of this.#records) record.former = true;
    if (this.#newest !== null) this.#newest.former = true;
  }

  /** The record that the report belongs to, the report included. */
  take(report: StepReport): StepRecord {
    const held = this.#find(report.step);
    const record = this.#records[held];
    const isOwn = record?.former === false;
    if (isOwn && onlyFills(record.known, report.values)) {
      record.known = { ...record.known, ...report.values };
      record.skipped ||= report.skipped;
      record.reports += 1;
      if (report.time !== record.time && hasSome(report.values)) record.partTimes.push(report.time);
      return record;
    }
    const late = !isOwn && this.#isLate(report);
    const taken: StepRecord = {
      step: report.step,
      time: report.time,
      known: report.values,
      skipped: report.skipped,
      reports: 1,
      wentBack: this.#newest !== null && !late && report.step <= this.#newest.step,
      late,
      partTimes: [],
      countedNonFinite: false,
      countedSkipped: false,
      former: false,
    };
    if (record !== undefined) {
      this.#records[held] = taken;
    } else if (!late || this.#isNear(report)) {
      this.#records[this.#next] = taken;
      this.#next = (this.#next + 1) % kept;
    }
    if (late) return taken;
    this.#newest = taken;
    return taken;
  }

  save(): SavedSteps {
    return { records: [...this.#records], next: this.#next, newest: this.positionOf(this.#newest) };
  }

  /** Takes the steps of before a restart back, before another one is taken. */
  restore({ records, next, newest }: SavedSteps): void {
    this.#records.push(...records.slice(0, kept));
    this.#next = next % kept;
    this.#newest = this.#records[newest] ?? null;
  }

  /** Where a record stands among those that are kept, -1 for none; {@link at} gives it back, also after a restart. */
  positionOf(record: StepRecord | null): number {
    return record === null ? -1 : this.#records.indexOf(record);
  }

  at(position: number): StepRecord | null {
    return this.#records[position] ?? null;
  }

  /**
   * A step that the worker took again after it went back was taken later than the newest; one that was held up was taken before it. The
   * clock of another process may be another, too.
   */
  #isLate({ step, time }: StepReport): boolean {
    const newest = this.#newest;
    return newest !== null && !newest.former && step < newest.step && time < newest.time;
  }

  /** Among the last eight, where a part may still come for it. */
  #isNear({ step }: StepReport): boolean {
    return this.#newest !== null && step > this.#newest.step - kept;
  }

  #find(step: number): number {
    for (let at = 0; at < this.#records.length; at += 1) {
      if (this.#records[at]?.step === step) return at;
    }
    return -1;
  }
}

function isRepeat({ known, time, partTimes }: StepRecord, report: StepReport): boolean {
  if (time !== report.time && !partTimes.includes(report.time)) return false;
  for (const name in report.values) {
    if (!Object.is(known[name as keyof StepValues], report.values[name as keyof StepValues])) return false;
  }
  return hasSome(report.values);
}

function hasSome(values: StepValues): boolean {
  for (const _ in values) return true;
  return false;
}

function onlyFills(known: StepValues, values: StepValues): boolean {
  for (const name in values) {
    if (name in known) return false;
  }
  return true;
}

/** Whether a report says what the worker does from now on, and nothing of a step. */
export function isAnnouncement({ values, skipped, details }: StepReport): boolean {
  return !hasSome(values) && !skipped && details === undefined;
}
