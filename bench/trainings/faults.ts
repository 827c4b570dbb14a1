import { Random } from '../../src/learn/random.ts';
import { healthyPlan, type Fault, type Plan } from './plan.ts';

/** A fault that is put into trainings, with what is right to say of it. */
export interface FaultClass {
  readonly name: string;
  /** Kinds of findings that name it rightly. */
  readonly kinds: readonly string[];
  /** Whether it is of one rank, which a finding has to name. */
  readonly ofRank: boolean;
  /** What its delay is counted in; a process that is gone takes no step. */
  readonly delayUnit: 'steps' | 's';
  readonly steps: number;
  /** Puts it into a healthy training. */
  readonly into: (plan: Plan, random: Random) => Plan;
  /** What the device takes of a step, where the fault takes its time: such trainings wait most of theirs. */
  readonly stepSeconds?: number;
  /** Of a task that it is possible in; undefined: of any. */
  readonly task?: 'classes';
}

/** Of a training that goes well by then. */
const onset = (random: Random): number => 150 + random.integer(100);
const steps = 400;

/** A fault of one rank that lasts to the end, where nothing else is said. */
function ofOneRank(plan: Plan, random: Random, fault: Pick<Fault, 'name'> & Partial<Fault>): Plan {
  const usual = { begins: onset(random), steps: plan.steps, size: 0, variant: null };
  return { ...plan, fault: { rank: random.integer(plan.ranks), ...usual, ...fault } };
}

const oneOf = <Value>(random: Random, ...values: readonly [Value, ...Value[]]): Value =>
  values[random.integer(values.length)] ?? values[0];

/** Between two sizes, in proportion. */
const between = (random: Random, least: number, most: number): number => least * (most / least) ** random.uniform();

export const faultClasses: readonly FaultClass[] = [
  {
    name: 'learning rate x 100',
    kinds: ['gradient_explosion', 'divergence', 'loss_spike', 'non_finite'],
    ofRank: false,
    delayUnit: 'steps',
    steps,
    into: (plan, random) => ofOneRank(plan, random, { name: 'learning rate', rank: null, size: 100 }),
  },
  {
    name: 'corrupt batch',
    kinds: ['loss_spike', 'gradient_explosion', 'non_finite'],
    ofRank: true,
    delayUnit: 'steps',
    steps,
    into: (plan, random) =>
      ofOneRank(plan, random, {
        name: 'corrupt batch',
        steps: 1 + random.integer(4),
        size: between(random, 10, 100),
        variant: oneOf(random, 'garbage', 'labels'),
      }),
  },
  {
    name: 'label noise',
    kinds: ['overfitting'],
    ofRank: false,
    delayUnit: 'steps',
    steps,
    task: 'classes',
    into: (plan, random) => ({ ...plan, samples: 128 + random.integer(128), labelNoise: 0.2 + 0.3 * random.uniform() }),
  },
  {
    name: 'retained tensors',
    kinds: ['memory_leak'],
    ofRank: true,
    delayUnit: 'steps',
    // Memory is read once a second, and the first values are those of a start.
    steps: 300,
    stepSeconds: 1,
    into: (plan, random) =>
      ofOneRank(plan, random, {
        name: 'retained tensors',
        begins: 80 + random.integer(30),
        size: between(random, 4e6, 1e7),
      }),
  },
  {
    name: 'sleep on one rank',
    kinds: ['straggler'],
    ofRank: true,
    delayUnit: 'steps',
    steps,
    into: (plan, random) =>
      ofOneRank(plan, random, {
        name: 'sleep',
        size: plan.stepSeconds * between(random, 0.4, 2),
        variant: oneOf(random, 'loader', 'step'),
      }),
  },
  {
    name: 'killed rank',
    kinds: ['worker_lost'],
    ofRank: true,
    delayUnit: 's',
    steps,
    into: (plan, random) => ofOneRank(plan, random, { name: 'signal', variant: 'SIGKILL' }),
  },
  {
    name: 'frozen rank',
    kinds: ['worker_lost', 'stall'],
    ofRank: true,
    delayUnit: 's',
    steps,
    into: (plan, random) => ofOneRank(plan, random, { name: 'signal', variant: 'SIGSTOP' }),
  },
  {
    name: 'not a number',
    kinds: ['non_finite'],
    ofRank: true,
    delayUnit: 'steps',
    steps,
    into: (plan, random) => {
      const place = oneOf(random, 'batch', 'weight');
      // Letters are whole numbers: there is no NaN among them.
      const variant = plan.task === 'text' ? 'weight' : place;
      return ofOneRank(plan, random, { name: 'not a number', steps: 1, variant });
    },
  },
];

/** The healthy training of a seed, and the same with the fault in it. */
export function twins(fault: FaultClass, seed: number): { readonly healthy: Plan; readonly faulty: Plan } {
  const at = 1000 * (faultClasses.indexOf(fault) + 1) + seed;
  const named = (what: string) => `${fault.name.replaceAll(' ', '-')}-${seed}-${what}`;
  const { stepSeconds } = fault;
  const usual = healthyPlan(named('healthy'), at, fault.steps, fault.task === undefined);
  const healthy = stepSeconds === undefined ? usual : { ...usual, stepSeconds };
  return { healthy, faulty: { ...fault.into(healthy, new Random(at + 500)), run: named('faulty') } };
}
