import { Feed, normals } from '../../test/support/detection.ts';
import type { AnyStepDetector } from '../../src/detect/detector.ts';
import { divergence } from '../../src/detect/steps/divergence.ts';
import { lossSpike } from '../../src/detect/steps/loss-spike.ts';
import { row, type BenchRow } from '../report.ts';
import { share } from './intervals.ts';

/** Losses of a run: as many as there are before loss_spike has a trend. */
const length = 112;
const seeds = 100;

/** Gives the logarithm of the noise of one loss. */
type Noise = (random: () => number) => number;

const noises: Readonly<Record<string, Noise>> = {
  'noise of 3 %': (random) => 0.03 * random(),
  'noise of 15 %': (random) => 0.15 * random(),
  'noise of 50 %': (random) => 0.5 * random(),
  // Student's distribution with three degrees of freedom.
  'noise of 10 % with heavy tails': (random) =>
    (0.1 * random()) / Math.sqrt((random() ** 2 + random() ** 2 + random() ** 2) / 3),
};
const healthy: readonly ((at: number) => number)[] = [
  (at) => 1.5 + 5 * (1 + at / 20) ** -0.5,
  (at) => 0.5 + 4 * Math.exp(-at / 40),
  (at) => 0.1 + 10 * Math.exp(-at / 8),
  () => 2,
  // A warm-up that passes by.
  (at) => 1 + 0.15 * Math.exp(-(((at - 30) / 15) ** 2)),
];
const falling = healthy[1] ?? (() => NaN);

/** Spikes and divergences of runs that are over before there is a trend, by their size, and how often healthy ones are told. */
export function madeShortRunRows(): BenchRow[] {
  return Object.entries(noises).flatMap(([name, noise]) => [
    ...[3, 10].map((factor) => {
      const found = runs((seed) => {
        const place = 15 + (seed % 90);
        return alarms(lossSpike, (at) => falling(at) * (at === place ? factor : 1), noise, seed).includes(place);
      });
      return line(`spike of ${factor} times the loss found`, name, found, seeds, 'higher');
    }),
    ...[2, 10].map((factor) => {
      const found = runs((seed) => {
        const turn = 15 + (seed % 50);
        const loss = (at: number) => (at < turn ? falling(at) : factor * falling(0));
        return alarms(divergence, loss, noise, seed).length > 0;
      });
      return line(`divergence to ${factor} times the first loss found`, name, found, seeds, 'higher');
    }),
    ...[lossSpike, divergence].map((detector) => {
      const told = healthy.map((loss) => runs((seed) => alarms(detector, loss, noise, seed).length > 0));
      const sum = told.reduce((all, some) => all + some, 0);
      return line(`healthy told of ${detector.kind}`, name, sum, seeds * healthy.length, 'lower');
    }),
  ]);
}

function runs(isTold: (seed: number) => boolean): number {
  return Array.from({ length: seeds }, (_, seed) => isTold(seed + 1)).filter((told) => told).length;
}

function alarms(detector: AnyStepDetector, loss: (at: number) => number, noise: Noise, seed: number): number[] {
  const random = normals(31 * seed);
  const feed = new Feed(detector);
  return Array.from({ length }, (_, at) => at).filter(
    (at) => feed.take({ loss: loss(at) * Math.exp(noise(random)) }).status === 'evidence',
  );
}

function line(measure: string, name: string, part: number, all: number, better: 'higher' | 'lower'): BenchRow {
  const { value, text } = share(part, all);
  return row(`made losses of ${length} steps, ${measure}: ${name}`, value, `share of runs (${text})`, better);
}
