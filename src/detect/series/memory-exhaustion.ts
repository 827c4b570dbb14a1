import { theilSen, type LowerEnvelope } from '../../stats/index.ts';
import type { Severity } from '../detector.ts';
import type { ScalarPoint } from '../scalar.ts';

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

interface Urgency {
  readonly taken: number;
  readonly growth: number;
  readonly warning: number;
  readonly critical: number;
}

/** What rises for hours may still end by itself; what has taken much of what was free, and goes on, seldom does. */
export function severityOf(
  rise: number,
  from: number,
  capacity: number | null,
  left: number | null,
  { taken, growth, warning, critical }: Urgency,
): Severity {
  if (left === null || capacity === null) return rise < growth * Math.abs(from) ? 'info' : 'warning';
  if (left > warning || rise < taken * (capacity - from)) return 'info';
  return left < critical ? 'critical' : 'warning';
}
