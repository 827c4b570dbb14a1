import { Random } from '../../src/learn/random.ts';

/** What goes wrong in a training, as faults.py takes it. */
export interface Fault {
  readonly name: 'learning rate' | 'corrupt batch' | 'retained tensors' | 'sleep' | 'signal' | 'not a number';
  /** Null: it is of all ranks. */
  readonly rank: number | null;
  /** The first step that it is in, and how many. */
  readonly begins: number;
  readonly steps: number;
  readonly size: number;
  readonly variant: string | null;
}

/** One training, as training.py takes it. */
export interface Plan {
  readonly run: string;
  readonly seed: number;
  readonly ranks: number;
  readonly task: 'classes' | 'text';
  readonly optimizer: 'sgd' | 'adamw';
  readonly learningRate: number;
  /** Whether the gradient is clipped to a norm of 1. */
  readonly clip: boolean;
  /** Samples of each rank, and the share of them whose label is drawn by lot. */
  readonly samples: number;
  readonly labelNoise: number;
  readonly steps: number;
  /** What the device takes of a step. */
  readonly stepSeconds: number;
  readonly fault: Fault | null;
}

/** Learning rates that train well. */
const learningRates = { classes: { sgd: 0.03, adamw: 0.001 }, text: { sgd: 0.3, adamw: 0.003 } } as const;
const samples = { classes: 30_000, text: 8192 } as const;

/** A healthy training that follows from the seed. */
export function healthyPlan(run: string, seed: number, steps: number, anyTask = true): Plan {
  const random = new Random(seed);
  const task = anyTask && random.uniform() < 0.5 ? 'text' : 'classes';
  const optimizer = random.uniform() < 0.5 ? 'sgd' : 'adamw';
  return {
    run,
    seed,
    ranks: 2 + random.integer(3),
    task,
    optimizer,
    learningRate: learningRates[task][optimizer] * (0.5 + 0.5 * random.uniform()),
    clip: random.uniform() < 0.5,
    samples: samples[task],
    labelNoise: 0,
    steps,
    stepSeconds: 0.02 + 0.02 * random.uniform(),
    fault: null,
  };
}
