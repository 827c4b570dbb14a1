import { Feed, normals } from '../../test/support/detection.ts';
import { severities, type AnyStepDetector, type Severity } from '../../src/detect/detector.ts';
import { divergence } from '../../src/detect/steps/divergence.ts';
import { lossNotDecreasing } from '../../src/detect/steps/loss-not-decreasing.ts';
import { lossOscillation } from '../../src/detect/steps/loss-oscillation.ts';
import { row, type BenchRow } from '../report.ts';
import { share } from './intervals.ts';

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

/** `shape` times so much, to which it rises from a step on within so many. */
const rising = (shape: Shape, factor: number, within: number): Shape => {
  return (noise) => {
    const [loss, start, lasts] = [shape(noise), about(1200, noise), about(within, noise)];
    return (at) => loss(at) * (1 + (factor - 1) * Math.min(1, Math.max(0, (at - start) / lasts)));
  };
};
/** Noise of 1 about a loss that falls by some twenty, with such a constant, and is lost again by as much and half as much more. */
const withConstant = (constant: number, isLost: boolean): Shape => {
  return (noise) => {
    const [way, tau, start] = [about(20, noise), about(300, noise), about(1500, noise)];
    const lost = (at: number) => (isLost && at > start ? 1.5 * way * (1 - Math.exp((start - at) / 60)) : 0);
    return (at) => constant + way * Math.exp(-at / tau) + lost(at) + noise();
  };
};
/** The loss of one of two players: what it wanders by resembles the value before it, about a level that rises by so much. */
const game = (correlation: number, size: number, rise: number): Shape => {
  return (noise) => {
    let wander = noise();
    return (at) => {
      wander = correlation * wander + Math.sqrt(1 - correlation ** 2) * noise();
      return 1 + rise * (1 - Math.exp(-at / 1500)) + size * wander;
    };
  };
};
/** A new task whenever one is learnt. */
const tasks: Shape = (noise) => {
  const lasts = Math.round(about(800, noise));
  return (at) => (0.2 + 2 * Math.exp(-(at % lasts) / 80)) * Math.exp(0.1 * noise());
};

interface Group {
  readonly what: string;
  readonly detector: AnyStepDetector;
  /** The least severity that is counted. */
  readonly from: Severity;
  readonly sick: Readonly<Record<string, Shape>>;
  readonly healthy: Readonly<Record<string, Shape>>;
}

const healthy: Readonly<Record<string, Shape>> = {
  'healthy, by a power': falling(3),
  'healthy, under loud noise': falling(15),
  'healthy, with steps of the learning rate': decaying,
  'healthy, exponentially': exponential,
  'healthy, wandering by 3 % within ten steps': wandering(0.9, 0.03),
  'healthy, wandering by 5 % within a hundred steps': wandering(0.99, 0.05),
};

const groups: readonly Group[] = [
  {
    what: 'made losses that do not fall',
    detector: lossNotDecreasing,
    from: 'info',
    healthy,
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
    from: 'info',
    healthy,
    sick: {
      'by a tenth within 60 steps': swinging(falling(3), 0.1, 60),
      'by a third within 60 steps': swinging(falling(3), 0.3, 60),
      'by a third within 150 steps': swinging(falling(3), 0.3, 150),
      'by a tenth within 300 steps': swinging(falling(3), 0.1, 300),
      'by a third within 600 steps': swinging(falling(3), 0.3, 600),
      'by a third within 60 steps, under loud noise': swinging(falling(15), 0.3, 60),
    },
  },
  {
    what: 'made losses that rise for good',
    detector: divergence,
    from: 'warning',
    healthy: {
      ...healthy,
      'healthy, around -1,000': withConstant(-1000, false),
      'healthy, around 1,000': withConstant(1000, false),
      'healthy, a new task now and then': tasks,
      'one of two players, wandering within 20 steps': game(0.95, 0.5, 0),
      'one of two players, wandering within 200 steps': game(0.995, 3, 0),
      'one of two players, wandering and rising': game(0.95, 0.5, 1.5),
    },
    sick: {
      'twice as high within 300 steps': rising(falling(3), 2, 300),
      'twice as high within 1,000 steps': rising(falling(3), 2, 1000),
      'three times as high within 2,000 steps': rising(falling(3), 3, 2000),
      'around -1,000': withConstant(-1000, true),
      'around 1,000': withConstant(1000, true),
    },
  },
];
/** Training losses that stand still, swing or rise for good, of which no recording has labels, and healthy ones: of how many of each it is said. */
export function madeLossRows(): BenchRow[] {
  return groups.flatMap(({ what, detector, from, sick, healthy }) => {
    const rowsOf = (shapes: Readonly<Record<string, Shape>>, measure: string, better: 'lower' | 'higher') =>
      Object.entries(shapes).map(([name, shape]) => {
        const told = Array.from({ length: seeds }, (_, seed) =>
          isTold(detector, from, shape(normals(211 * (seed + 1)))),
        );
        const part = share(told.filter((is) => is).length, seeds);
        return row(`${what}, ${measure}: ${name}`, part.value, `share of runs (${part.text})`, better);
      });
    return [...rowsOf(sick, 'found', 'higher'), ...rowsOf(healthy, 'healthy told', 'lower')];
  });
}

function isTold(detector: AnyStepDetector, from: Severity, loss: (at: number) => number): boolean {
  const feed = new Feed(detector);
  for (let at = 0; at < length; at += 1) {
    const verdict = feed.take({ loss: loss(at) });
    if (verdict.status === 'evidence' && severities.indexOf(verdict.severity) >= severities.indexOf(from)) return true;
  }
  return false;
}
