import { integer, number } from '../../config/index.ts';
import type { Observation } from '../../runs/index.ts';
import { detectorOptions } from '../detector.ts';
import { groupDetector } from '../group.ts';
import { judgeLosses, losses, type Losses } from './replica-losses.ts';
import { agreement, judgeNorm, normNames, type Agreement, type Norm } from './replica-norms.ts';

export interface State {
  readonly norms: Readonly<Record<Norm, Agreement>>;
  readonly losses: Losses;
}

/**
 * Replicas of a model are no longer the same: one computes wrongly and nobody notices (silent data corruption), or a rank did not take
 * part in a reduction. Their norms must be equal after each step; their losses must go along with each other.
 */
export const desynchronised = groupDetector({
  kind: 'desynchronised',
  subject: 'run',
  peers: 'replicas',
  meaning: 'ranks that hold the same model no longer agree about it',
  explains: ['loss_spike', 'divergence', 'loss_not_decreasing'],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    difference: number({ default: 0.01, min: 1e-6, max: 1, help: 'Relative difference of norms that counts' }),
    agreed: integer({ default: 20, min: 1, max: 100_000, help: 'Steps after which norms must have been equal before' }),
    patience: integer({
      default: 3,
      min: 1,
      max: 10_000,
      help: 'Steps in a row after which they differ, or are equal again',
    }),
    loss: number({
      default: 0.1,
      min: 0.001,
      max: 100,
      help: 'Shift of a loss against the others that counts, as a share of it',
    }),
    z: number({ default: 6, min: 0, max: 1000, help: 'The same in robust standard deviations' }),
  }),
  reads: [...normNames, 'loss'],
  start: (): State => ({
    norms: { gradient_norm: agreement(), parameter_norm: agreement() },
    losses: losses(),
  }),
  observe({ norms: agreements, losses: told }, observation, options) {
    const { step, rank, fresh, wentBack } = observation;
    const boards = [agreements.gradient_norm.board, agreements.parameter_norm.board, told.board];
    if (wentBack) for (const board of boards) board.rewind(rank, step);
    const verdicts = normNames.flatMap((name) => {
      const value = fresh[name];
      const { board } = agreements[name];
      if (value === undefined || !isShared(name, observation)) return [];
      return board
        .put(step, rank, value)
        .flatMap(([done, row]) => judgeNorm(agreements[name], name, done, row, options));
    });
    if (fresh.loss === undefined) return verdicts;
    return [
      ...verdicts,
      ...told.board.put(step, rank, fresh.loss).flatMap(([done, row]) => judgeLosses(told, done, row, options)),
    ];
  },
  forget({ norms: agreements, losses: told }, rank) {
    for (const name of normNames) agreements[name].board.forget(rank);
    told.board.forget(rank);
    told.ranks.delete(rank);
  },
});

/** The norm of what a rank alone holds says nothing of the others. */
function isShared(name: Norm, { details }: Observation): boolean {
  return name !== 'gradient_norm' || details?.gradientNormScope !== 'shard';
}
