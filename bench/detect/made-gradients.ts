import { Feed, normals } from '../../test/support/detection.ts';
import { gradientExplosion } from '../../src/detect/steps/gradient-explosion.ts';
import { row, type BenchRow } from '../report.ts';
import { share } from './intervals.ts';

const length = 2000;
const seeds = 40;
/** What a norm grows by from step to step when it explodes. */
const growth = 4;

/** Growth in every norm, in logarithms, that no single one shows: up to a million times the usual, and up to what healthy runs do. */
const creep = 0.02;
const lost = Math.log(1e6);
const healthy = Math.log(30);

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
      line(
        'growth by 2 % a norm to a million times called exploding',
        count(({ seed }) => creeps(noise, seed, lost).includes('critical')),
        'higher',
      ),
      line(
        'growth by 2 % a norm to thirty times called exploding',
        count(({ seed }) => creeps(noise, seed, healthy).includes('critical')),
        'lower',
      ),
    ];
  });
}

/** What is said of norms that grow little by little after a steady time. */
function creeps(noise: Noise, seed: number, end: number): readonly (string | null)[] {
  const random = normals(31 * seed);
  const take = taking();
  for (let at = 0; at < length; at += 1) take(noise(random));
  return Array.from({ length: Math.ceil(end / creep) }, (_, at) => take(noise(random) + creep * at));
}

/** Gives the severity of what is said of a norm, by its logarithm. */
function taking(): (log: number) => string | null {
  const feed = new Feed(gradientExplosion);
  return (log) => {
    const verdict = feed.take({ gradient_norm: Math.exp(log) });
    return verdict.status === 'evidence' ? verdict.severity : null;
  };
}

interface Judged {
  readonly seed: number;
  readonly warned: boolean;
  readonly critical: boolean;
  /** Norms from the first of the explosion to the critical verdict. */
  readonly delay: number;
}

function judge(noise: Noise, seed: number): Judged {
  const random = normals(17 * seed);
  const take = taking();
  const steady = Array.from({ length }, () => take(noise(random)));
  let delay = 0;
  while (take(noise(random) + (delay + 2) * Math.log(growth)) !== 'critical' && delay < 100) delay += 1;
  return { seed, warned: steady.some((severity) => severity !== null), critical: steady.includes('critical'), delay };
}
