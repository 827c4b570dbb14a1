import type { Evidence } from '../detector.ts';

/** What a rule of divergence says: evidence, since the step at which the rule began to hold. */
export interface Diverged extends Omit<Evidence, 'firstStep' | 'step' | 'advice'> {
  readonly since: number;
}

/** How far a level stands above the best, as a share of it. */
export function riseOf(level: number, best: number): number {
  return (level - best) / Math.abs(best);
}
