import { bend, LowerEnvelope, mannKendall, median, sumOf, theilSen } from '../../stats/index.ts';

/** Values in the shortest minimum, minima in a window, and scales: from 128 values on to 262,144. */
const base = 4;
export const window = 32;
export const scales = 12;
/** Minima with which a window is judged first. */
const enough = 24;
/** What a memory lets go when its owner starts anew, or after a peak, as a share of it. */
const restart = 0.2;
/** A rise levels off whose bend is so many standard errors, and whose slope is down to such a share of what it was. */
const bentZ = 3;
const bentSlopes = 0.75;
/** Times as much as is usually taken from one minimum to the next from which a change is not little by little. */
const jump = 4;

export function newEnvelope(): LowerEnvelope {
  return new LowerEnvelope({ base, window, scales });
}

interface Limits {
  readonly z: number;
  readonly rise: number;
  readonly capacity: number;
}

/** A steady rise. */
export interface Rise {
  /** The scale at which it was seen. */
  readonly scale: number;
  /** The level that it came from, and the one that it had reached then. */
  readonly from: number;
  readonly level: number;
}

/** The rise of the shortest of the scales with a new minimum that has one. */
export function steepestRise(
  envelope: LowerEnvelope,
  completed: number,
  capacity: number | null,
  limits: Limits,
): Rise | null {
  for (let scale = 0; scale < completed; scale += 1) {
    const minima = envelope.minima(scale);
    const rise = minima.length < enough ? null : riseOf(minima, envelope.highestBefore(scale), capacity, limits);
    if (rise !== null) return { scale, ...rise };
  }
  return null;
}

/** The steady rise of minima in order of time, null where there is none. */
function riseOf(
  minima: readonly number[],
  highestBefore: number,
  capacity: number | null,
  limits: Limits,
): { readonly from: number; readonly level: number } | null {
  // Where nothing rises, which is mostly so, one or two medians say it.
  const level = levelOf(minima, 0);
  // It was as high before: load that comes and goes.
  if (level <= highestBefore) return null;
  const third = levelOf(minima, 1);
  if (third >= level) return null;
  const second = levelOf(minima, 2);
  const from = levelOf(minima, 3);
  if (from >= second || second >= third) return null;
  const whole = ((level - from) * 4) / 3;
  if (whole < Math.max(limits.rise * Math.abs(from), limits.capacity * (capacity ?? 0))) return null;
  // It levels off: the last quarter rose by less than half of its share.
  if (level - third < (level - from) / 6) return null;
  if (largestJump(minima) > (level - from) / 2) return null;
  return mannKendall(minima, straightness * whole) < limits.z ? null : { from, level };
}

/** By how much a minimum is above the one before it, at most. */
function largestJump(minima: ArrayLike<number>): number {
  let jump = 0;
  for (let at = 1; at < minima.length; at += 1) jump = Math.max(jump, (minima[at] ?? NaN) - (minima[at - 1] ?? NaN));
  return jump;
}

/** The median of one quarter of minima, so many before the last one. */
function levelOf(minima: readonly number[], back: number): number {
  const quarter = minima.length >> 2;
  const end = minima.length - back * quarter;
  return median(minima.slice(end - quarter, end));
}

/** Deviation from a straight line that is taken for granted, as a share of the rise. */
const straightness = 0.03;

/**
 * Whether the latest minimum is far below all of the last quarter of the time: its owner began anew. A fall to where the memory was lately is
 * the end of a peak, such as an evaluation.
 *
 * @param completed how many scales have a new minimum, that includes the latest value
 * @param judged how many values there are
 */
export function beganAnew(envelope: LowerEnvelope, completed: number, judged: number): boolean {
  const [before = NaN, latest = NaN] = envelope.minima(0).slice(-2);
  if (!(latest < (1 - restart) * before)) return false;
  const values = judged / 4;
  const scale = scaleOf(values);
  const minima = envelope.minima(scale);
  const end = minima.length - (completed > scale ? 1 : 0);
  const lately = minima.slice(Math.max(0, end - Math.ceil(values / envelope.span(scale))), end);
  return latest < (1 - restart) * Math.min(...lately);
}

/** The slope of the last minima of a scale by Theil and Sen, in bytes per value. */
export function slopeAt(envelope: LowerEnvelope, scale: number): number {
  return theilSen(envelope.minima(scale)) / envelope.span(scale);
}

/** As {@link slopeAt}, of the last so many values. */
export function slopeOver(envelope: LowerEnvelope, values: number): number {
  return theilSen(latestMinima(envelope, values)) / envelope.span(scaleOf(values));
}

/**
 * What a rise is of that of all who share the memory: `none` of it, where all of them took less than half as much, as pages are that the kernel
 * drops when it needs them; `small`, less than half of what all of them take little by little; else, or where nothing is known of others, `most`.
 */
export type Part = 'none' | 'small' | 'most';

/** @param pool what all take together, in minima of the same time; NaN where that is not known */
export function partOf(minima: readonly number[], pool: readonly number[]): Part {
  const own = levelOf(minima, 0) - levelOf(minima, 3);
  const changes = pool.slice(1).map((value, at) => value - (pool[at] ?? NaN));
  const taken = changes.filter((change) => change > 0);
  if (sumOf(taken) < own / 2 && !pool.includes(NaN)) return 'none';
  // Other processes begin and end at once.
  const most = jump * median(taken);
  return sumOf(changes.filter((change) => Math.abs(change) <= most)) > 2 * own ? 'small' : 'most';
}

/** The last so many values in the finest minima of which the window holds them all. */
export function latestMinima(envelope: LowerEnvelope, values: number): readonly number[] {
  const scale = scaleOf(values);
  return envelope.minima(scale).slice(-Math.floor(values / envelope.span(scale)));
}

/** The finest scale of which the window holds so many values. */
function scaleOf(values: number): number {
  return Math.min(scales - 1, Math.max(0, Math.ceil(Math.log2(values / (window * base)))));
}

/** One jump made half of a rise: a peak, or a plateau that says nothing of what comes. */
export function isJump({ from }: Rise, minima: readonly number[], latest: number): boolean {
  return largestJump([...minima, latest]) > (latest - from) / 2;
}

/** A rise was given back that is where it came from. */
export function isBack({ from, level: seen }: Rise, latest: number): boolean {
  return latest < from + restart * (seen - from);
}

/** A rise has ended of which the last half of the time brought less than a quarter. */
export function hasEnded({ from }: Rise, minima: readonly number[]): boolean {
  const [second, level] = [levelOf(minima, 2), levelOf(minima, 0)];
  return level - second < (level - from) / 4;
}

/** A rise still goes on of which the last eighth of the time brought at least half of its share. What came in stairs may have had its last one. */
export function goesOnNow({ from }: Rise, minima: readonly number[]): boolean {
  const latest = minima.at(-1) ?? NaN;
  const before = minima.at(-1 - Math.max(1, minima.length >> 3)) ?? NaN;
  return latest - before >= (latest - from) / 16;
}

/** A rise slows down that bends downwards, or of which the last quarter of the time brought less than half of its share. */
export function slowsDown({ from }: Rise, minima: readonly number[]): boolean {
  const [third, level] = [levelOf(minima, 1), levelOf(minima, 0)];
  const { z, slopes } = bend(minima);
  return (z < -bentZ && slopes < bentSlopes) || level - third < (level - from) / 8;
}
