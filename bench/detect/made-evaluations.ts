import { Feed, normals } from '../../test/support/detection.ts';
import { overfitting } from '../../src/detect/steps/overfitting.ts';
import { row, type BenchRow } from '../report.ts';
import { share } from './intervals.ts';

const lengths = [15, 30, 60, 100, 300] as const;
const deviations = [0.01, 0.03] as const;
const seeds = 20;

/** A validation loss without noise, at an evaluation of so many. */
type Shape = (at: number, count: number) => number;

/** Falls up to a share of the run, then rises by a share of the loss until its end. */
const turning = (share: number, rise: number): Shape => {
  return (at, count) => {
    const turn = share * count;
    const lowest = 0.6 + 0.6 * Math.exp(-4);
    return at < turn ? 0.6 + 0.6 * Math.exp((-4 * at) / turn) : lowest * (1 + (rise * (at - turn)) / (count - turn));
  };
};
const groups: readonly { readonly what: string; readonly better: 'higher' | 'lower'; readonly shape: Shape }[] = [
  { what: 'found where it doubles from a fifth of the run on', better: 'higher', shape: turning(0.2, 1) },
  { what: 'found where it rises by half from a third of the run on', better: 'higher', shape: turning(0.3, 0.5) },
  { what: 'found where it rises by a fifth from a third of the run on', better: 'higher', shape: turning(0.3, 0.2) },
  { what: 'healthy told where it falls by a power', better: 'lower', shape: (at) => 0.5 + (1 + at / 3) ** -0.5 },
  {
    what: 'healthy told where it falls exponentially',
    better: 'lower',
    shape: (at, of) => 0.6 + Math.exp((-4 * at) / of),
  },
  { what: 'healthy told where it is flat', better: 'lower', shape: () => 1 },
];
const correlations = [0, 0.5, 0.8, 0.9] as const;

/**
 * Validation losses under noise whose values resemble their neighbours, x(i) = ρ x(i − 1) + e: runs of several lengths under noise of 1
 * and of 3 % whose training loss falls throughout. Of how many overfitting is said.
 */
export function madeEvaluationRows(): BenchRow[] {
  return groups.flatMap(({ what, better, shape }) =>
    correlations.map((correlation) => {
      const runs = lengths.flatMap((count) =>
        deviations.flatMap((deviation) =>
          Array.from({ length: seeds }, (_, seed) => isTold(shape, count, correlation, deviation, seed + 1)),
        ),
      );
      const part = share(runs.filter((told) => told).length, runs.length);
      return row(
        `made validation losses, noise correlated by ${correlation}: ${what}`,
        part.value,
        `share of runs (${part.text})`,
        better,
      );
    }),
  );
}

function isTold(shape: Shape, count: number, correlation: number, deviation: number, seed: number): boolean {
  const [random, ofTraining] = [normals(1009 * seed + count), normals(77 * seed)];
  const feed = new Feed(overfitting);
  let noise = random();
  for (let at = 0; at < count; at += 1) {
    const verdict = feed.take({
      validation_loss: shape(at, count) * Math.exp(deviation * noise),
      evaluated_training_loss: (0.2 + 0.3 * Math.exp((-3 * at) / count)) * Math.exp(0.003 * ofTraining()),
    });
    if (verdict.status === 'evidence') return true;
    noise = correlation * noise + Math.sqrt(1 - correlation ** 2) * random();
  }
  return false;
}
