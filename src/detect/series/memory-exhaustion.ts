import { theilSen, type LowerEnvelope } from '../../stats/index.ts';
import type { Severity } from '../detector.ts';
import type { ScalarPoint } from '../scalar.ts';
import type { MemoryLeakOptions } from './memory-leak-options.ts';

/** Seconds until all memory is in use at the pace of now; null where nothing says how much there is. */
export function timeLeft(
  { capacity }: ScalarPoint,
  latest: number,
  envelope: LowerEnvelope,
  scale: number,
  secondsPerValue: number,
): number | null {
  if (capacity === null) return null;
  const perValue = theilSen(envelope.minima(scale)) / envelope.span(scale);
  return perValue > 0 ? (Math.max(0, capacity - latest) / perValue) * secondsPerValue : Infinity;
}

interface Course {
  /** The level before, the one of now, and the highest that this memory was given back from; -Infinity where it never was. */
  readonly from: number;
  readonly latest: number;
  readonly returned: number;
  /** Whether the last part of the time brought its part of the rise. */
  readonly goesOn: boolean;
  /** Seconds since it began. */
  readonly lasted: number;
  /** Seconds until all is in use, null where that is not known. */
  readonly left: number | null;
}

/** Memory of tensors, which a training step needs alike every time: nothing fills there, and nothing waits to be collected. */
const ofTensors = 'gradwatch_train_memory_allocated_bytes';

/** What rises for hours may still end by itself; what has taken much of what was free, and goes on, seldom does. */
export function severityOf(
  name: string,
  { capacity, shared = false }: ScalarPoint,
  { from, latest, returned, goesOn, lasted, left }: Course,
  { rise, taken, growth, warning, critical, unbounded }: MemoryLeakOptions,
): Severity {
  // What was given back before is not lost before it has grown beyond that.
  const hasGrown = goesOn && latest - from >= growth * Math.abs(from) && latest > (1 + rise) * returned;
  if (left === null || capacity === null) {
    return hasGrown && (name === ofTensors || lasted >= unbounded) ? 'warning' : 'info';
  }
  const hasTaken = latest - from >= taken * (capacity - from);
  if (left > warning || !(hasTaken || (shared && hasGrown))) return 'info';
  return left < critical ? 'critical' : 'warning';
}
