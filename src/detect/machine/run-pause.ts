import type { Phase, RankProgress } from '../../runs/index.ts';

/** So many times the usual time between two steps the next one may take. */
const inexact = 1.5;

/** Whether a rank with this phase trains, as far as it tells. */
export function isTraining({ phase }: { readonly phase: Phase | null }): boolean {
  return phase === null || phase === 'train';
}

/**
 * Whether none of them takes a step although the next one is due: they wait for each other, or one of them evaluates or saves without a word.
 * Where steps are long, a part of them (the rollout of reinforcement learning) is no pause.
 *
 * @param least seconds without a step below which nothing stands still
 */
export function standStill(ranks: readonly RankProgress[], least = 0): boolean {
  const known = ranks.filter(({ usual }) => usual !== null);
  return known.length > 0 && known.every(({ idle, usual }) => idle > Math.max(least, inexact * (usual ?? 0)));
}
