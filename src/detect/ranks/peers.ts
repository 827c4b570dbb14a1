import type { Dimension, RankHello } from '../../runs/index.ts';

/**
 * Which ranks of a run a rank is compared with. `run`: all, since each waits for the others. `work`: those that compute as much in a step.
 * `replicas`: those that hold the same parameters and see other data.
 */
export const peerings = ['run', 'work', 'replicas'] as const;
export type Peering = (typeof peerings)[number];

/** Dimensions in which ranks of one group are alike. */
const alike: Readonly<Record<Peering, readonly Dimension[]>> = {
  run: [],
  // Stages of a pipeline differ in their layers. Ranks that share the tensors, experts or sequences of a layer compute alike.
  work: ['pipeline'],
  replicas: ['pipeline', 'tensor', 'expert'],
};

/** A text that is the same for all ranks of the group that the rank belongs to. */
export function peerGroup(peering: Peering, { parallel }: Pick<RankHello, 'parallel'>): string {
  return alike[peering].map((dimension) => `${dimension} ${parallel[dimension]?.index ?? 0}`).join(', ');
}
