import { Random } from '../../src/learn/random.ts';
import { row, type BenchRow } from '../report.ts';
import { share } from './intervals.ts';
import { ours } from './worker-score.ts';

const jobs = 20;
const sizes = [2, 4, 8, 16] as const;
const onset = 600;

/** By how many times the times of a rank vary, and by how many times those of the one that is slow are longer at a step. */
interface Shape {
  readonly name: string;
  readonly length: number;
  readonly spread: number;
  readonly slowness?: (step: number) => number;
}

const from = (step: number, factor: number) => (step < onset ? 1 : factor);
const shapes: readonly Shape[] = [
  ...[0.1, 0.2, 0.35, 0.5].map((spread) => ({ name: `batches that vary by ${100 * spread} %`, length: 1000, spread })),
  {
    name: 'slow in every third step, 1.6 times',
    length: 900,
    spread: 0.03,
    slowness: (at) => from(at, at % 3 === 0 ? 1.6 : 1),
  },
  {
    name: 'slow in every fifth step, 2 times',
    length: 900,
    spread: 0.03,
    slowness: (at) => from(at, at % 5 === 0 ? 2 : 1),
  },
  {
    name: 'slower little by little, 1.3 times within 400 steps',
    length: 1600,
    spread: 0.05,
    slowness: drift(1.3, 400),
  },
  {
    name: 'slower little by little, 1.8 times within 500 steps',
    length: 1600,
    spread: 0.05,
    slowness: drift(1.8, 500),
  },
  {
    name: 'slower little by little, 1.8 times within 500 steps, varied by 35 %',
    length: 1600,
    spread: 0.35,
    slowness: drift(1.8, 500),
  },
];

function drift(to: number, within: number): (step: number) => number {
  return (step) => 1 + (to - 1) * Math.max(0, Math.min(1, (step - onset) / within));
}

/** Jobs of uneven ranks whose steps vary by a log-normal factor of their own: healthy ones, and such with a rank that is slow now and then or ever more. */
export function madeStepTimes(): BenchRow[] {
  return shapes.flatMap(({ name, length, spread, slowness }) => {
    let [told, found] = [0, 0];
    for (let seed = 0; seed < jobs; seed += 1) {
      const random = new Random(seed);
      const ranks = sizes[seed % sizes.length] ?? 2;
      const paces = Array.from({ length: ranks }, () => Math.exp(0.15 * random.normal()));
      const slow = random.integer(ranks);
      const rule = ours();
      let [wrong, right] = [false, false];
      for (let step = 0; step < length; step += 1) {
        const times = paces.map((pace, rank) => {
          const factor = rank === slow ? (slowness?.(step) ?? 1) : 1;
          return pace * factor * Math.exp(spread * random.normal());
        });
        for (const rank of rule({ number: step, times })) {
          if (slowness !== undefined && rank === slow && step >= onset) right = true;
          else wrong = true;
        }
      }
      if (wrong) told += 1;
      if (right) found += 1;
    }
    const [wrongly, rightly] = [share(told, jobs), share(found, jobs)];
    const score = row(
      `made-up step times, told wrongly: ${name}`,
      wrongly.value,
      `share of jobs (${wrongly.text})`,
      'lower',
    );
    if (slowness === undefined) return [score];
    return [
      row(`made-up step times, found: ${name}`, rightly.value, `share of jobs (${rightly.text})`, 'higher'),
      score,
    ];
  });
}
