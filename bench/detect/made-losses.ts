import { Feed, normals } from '../../test/support/detection.ts';
import type { AnyStepDetector } from '../../src/detect/detector.ts';
import { lossNotDecreasing } from '../../src/detect/steps/loss-not-decreasing.ts';
import { lossOscillation } from '../../src/detect/steps/loss-oscillation.ts';
import { row, type BenchRow } from '../report.ts';
import { share } from './wilson.ts';

const length = 4000;
const seeds = 20;

/** Makes a training loss from a source of normal random numbers; amounts and times differ from run to run. */
type Shape = (noise: () => number) => (at: number) => number;

const about = (middle: number, noise: () => number) => middle * Math.exp(0.3 * Math.max(-2, Math.min(2, noise())));
/** A loss that falls by a power of the step, as of language models, under noise of so many per cent. */
const falling = (percent: number): Shape => {
  return (noise) => {
    const [power, floor] = [about(0.3, noise), about(1.5, noise)];
    return (at) => (floor + 5 * (1 + at / 20) ** -power) * Math.exp((percent / 100) * noise());
  };
};
/** `shape` up to a step, and what it was there from then on. */
const until = (shape: Shape, end: number): Shape => {
  return (noise) => {
    const [loss, stop] = [shape(noise), about(end, noise)];
    return (at) => loss(Math.min(at, stop));
  };
};
const swinging = (shape: Shape, size: number, period: number): Shape => {
  return (noise) => {
    const [loss, height, lasts] = [shape(noise), about(size, noise), about(period, noise)];
    return (at) => loss(at) * (1 + (at < 1000 ? 0 : height * Math.sin((2 * Math.PI * at) / lasts)));
  };
};
const decaying: Shape = (noise) => {
  const first = about(1500, noise);
  return (at) => (2 * 0.5 ** Math.floor(at / first) + 3 * Math.exp(-at / 300)) * Math.exp(0.03 * noise());
};
/** Noise of so much of the loss whose values resemble their neighbours, on top of that of single steps. */
const wandering = (correlation: number, size: number): Shape => {
  return (noise) => {
    const loss = falling(3)(noise);
    let wander = noise();
    return (at) => {
      wander = correlation * wander + Math.sqrt(1 - correlation ** 2) * noise();
      return loss(at) * Math.exp(size * wander);
    };
  };
};
const exponential: Shape = (noise) => {
  const tau = about(1500, noise);
  return (at) => (0.5 + 4 * Math.exp(-at / tau)) * Math.exp(0.05 * noise());
};

interface Group {
  readonly what: string;
  readonly detector: AnyStepDetector;
  readonly sick: Readonly<Record<string, Shape>>;
}

const groups: readonly Group[] = [
  {
    what: 'made losses that do not fall',
    detector: lossNotDecreasing,
    sick: {
      'never falls': (noise) => () => 6.9 * Math.exp(0.02 * noise()),
      'never falls, under loud noise': (noise) => () => 6.9 * Math.exp(0.15 * noise()),
      'stands still after some hundred steps': until(falling(3), 500),
      'stands still after some hundred steps, under loud noise': until(falling(15), 500),
    },
  },
  {
    what: 'made losses that oscillate',
    detector: lossOscillation,
    sick: {
      'by a tenth within 60 steps': swinging(falling(3), 0.1, 60),
      'by a third within 60 steps': swinging(falling(3), 0.3, 60),
      'by a third within 150 steps': swinging(falling(3), 0.3, 150),
      'by a tenth within 300 steps': swinging(falling(3), 0.1, 300),
      'by a third within 600 steps': swinging(falling(3), 0.3, 600),
      'by a third within 60 steps, under loud noise': swinging(falling(15), 0.3, 60),
    },
  },
];
const healthy: Readonly<Record<string, Shape>> = {
  'healthy, by a power': falling(3),
  'healthy, under loud noise': falling(15),
  'healthy, with steps of the learning rate': decaying,
  'healthy, exponentially': exponential,
  'healthy, wandering by 3 % within ten steps': wandering(0.9, 0.03),
  'healthy, wandering by 5 % within a hundred steps': wandering(0.99, 0.05),
};

/** Training losses that stand still or swing, of which no recording has labels, and healthy ones: of how many of each it is said. */
export function madeLossRows(): BenchRow[] {
  return groups.flatMap(({ what, detector, sick }) => {
    const rowsOf = (shapes: Readonly<Record<string, Shape>>, measure: string, better: 'lower' | 'higher') =>
      Object.entries(shapes).map(([name, shape]) => {
        const told = Array.from({ length: seeds }, (_, seed) => isTold(detector, shape(normals(211 * (seed + 1)))));
        const part = share(told.filter((is) => is).length, seeds);
        return row(`${what}, ${measure}: ${name}`, part.value, `share of runs (${part.text})`, better);
      });
    return [...rowsOf(sick, 'found', 'higher'), ...rowsOf(healthy, 'healthy told', 'lower')];
  });
}

function isTold(detector: AnyStepDetector, loss: (at: number) => number): boolean {
  const feed = new Feed(detector);
  for (let at = 0; at < length; at += 1) if (feed.take({ loss: loss(at) }).status === 'evidence') return true;
  return false;
}
