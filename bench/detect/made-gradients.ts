import { Feed, normals } from '../../test/support/detection.ts';
import { gradientExplosion } from '../../src/detect/steps/gradient-explosion.ts';
import { row, type BenchRow } from '../report.ts';
import { share } from './wilson.ts';

const length = 2000;
const seeds = 40;
/** What a norm grows by from step to step when it explodes. */
const growth = 4;

/** Gives the logarithm of one norm; the median is near 0. */
type Noise = (random: () => number) => number;

const exponential: Noise = (random) => (random() ** 2 + random() ** 2) / 2;
const student: Noise = (random) => random() / Math.sqrt((random() ** 2 + random() ** 2 + random() ** 2) / 3);
const noises: Readonly<Record<string, Noise>> = {
  'log-normal, sigma 0.3': (random) => 0.3 * random(),
  'log-normal, sigma 0.8': (random) => 0.8 * random(),
  'Pareto, index 3': (random) => exponential(random) / 3,
  'Pareto, index 2': (random) => exponential(random) / 2,
  'Pareto, index 1.5': (random) => exponential(random) / 1.5,
  'Pareto, index 1': exponential,
  'logarithm of Student, 3 degrees of freedom': (random) => 0.2 * student(random),
};

/** Gradient norms whose distribution does not change, however heavy its tail, and then explode. */
export function madeGradientRows(): BenchRow[] {
  return Object.entries(noises).flatMap(([name, noise]) => {
    const runs = Array.from({ length: seeds }, (_, seed) => judge(noise, seed + 1));
    const line = (measure: string, part: number, better: 'higher' | 'lower') => {
      const { value, text } = share(part, seeds);
      return row(`made gradient norms, ${measure}: ${name}`, value, `share of runs (${text})`, better);
    };
    const count = (is: (run: Judged) => boolean) => runs.filter(is).length;
    return [
      line(
        'steady runs warned',
        count(({ warned }) => warned),
        'lower',
      ),
      line(
        'steady runs called exploding',
        count(({ critical }) => critical),
        'lower',
      ),
      line(
        'explosion found within four norms',
        count(({ delay }) => delay < 4),
        'higher',
      ),
    ];
  });
}

interface Judged {
  readonly warned: boolean;
  readonly critical: boolean;
  /** Norms from the first of the explosion to the critical verdict. */
  readonly delay: number;
}

function judge(noise: Noise, seed: number): Judged {
  const random = normals(17 * seed);
  const feed = new Feed(gradientExplosion);
  const take = (log: number) => {
    const verdict = feed.take({ gradient_norm: Math.exp(log) });
    return verdict.status === 'evidence' ? verdict.severity : null;
  };
  const steady = Array.from({ length }, () => take(noise(random)));
  let delay = 0;
  while (take(noise(random) + (delay + 2) * Math.log(growth)) !== 'critical' && delay < 100) delay += 1;
  return { warned: steady.some((severity) => severity !== null), critical: steady.includes('critical'), delay };
}
