import type { Severity } from '../detector.ts';
import type { ScalarPoint } from '../scalar.ts';
import type { MemoryLeakOptions } from './memory-leak-options.ts';
import type { Part } from './memory-rise.ts';

/** Seconds until all memory is in use at a pace in bytes per second; null where nothing says how much there is. */
export function timeLeft({ capacity }: ScalarPoint, latest: number, pace: number): number | null {
  if (capacity === null) return null;
  return pace > 0 ? Math.max(0, capacity - latest) / pace : Infinity;
}

interface Course {
  /** The level before, the one of now, and the highest that this memory was given back from; -Infinity where it never was. */
  readonly from: number;
  readonly latest: number;
  readonly returned: number;
  readonly part: Part;
  /** Whether the last part of the time brought its part of the rise. */
  readonly goesOn: boolean;
  /** Seconds since it began. */
  readonly lasted: number;
  /** Seconds until all is in use, null where that is not known. */
  readonly left: number | null;
}

/** Memory of tensors, which a training step needs alike every time: nothing fills there, and nothing waits to be collected. */
const ofTensors = 'gradwatch_train_memory_allocated_bytes';

/** Seconds of a rise after which the series of the node, a value every 15 s, has told of it: 24 minima of 4 values, and what confirms them. */
const ofNode = 3600;

/** What rises for hours may still end by itself; what has taken much of what was free, and goes on, seldom does. */
export function severityOf(
  name: string,
  { capacity, pool = null }: ScalarPoint,
  { from, latest, returned, part, goesOn, lasted, left }: Course,
  { rise, taken, growth, warning, critical, unbounded }: MemoryLeakOptions,
): Severity {
  // The series of the node tells how bad it is.
  if (part === 'none' || (part === 'small' && lasted >= ofNode)) return 'info';
  // What was given back before is not lost before it has grown beyond that.
  const hasGrown = goesOn && latest - from >= growth * Math.abs(from) && latest > (1 + rise) * returned;
  if (left === null || capacity === null) {
    return hasGrown && (name === ofTensors || lasted >= unbounded) ? 'warning' : 'info';
  }
  const hasTaken = latest - from >= taken * (capacity - from);
  if (left > warning || !(hasTaken || (pool !== null && hasGrown))) return 'info';
  return left < critical ? 'critical' : 'warning';
}
