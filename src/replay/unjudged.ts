import { everyDetector, type DetectOptions } from '../detect/index.ts';

/** What a recording held. */
export interface Held {
  readonly rows: number;
  /** Rows that did not tell their time. */
  readonly timeless: number;
  /** The names of the metrics of the machine that were told. */
  readonly told: ReadonlySet<string>;
  /** The machine was recorded, but not at the times of the rows. */
  readonly strays: boolean;
}

const { clockDetectors, transitionDetectors, machineDetectors } = everyDetector;

/** What of the detectors that are to run a recording could not feed, and why, each as a clause. */
export function unjudged(options: DetectOptions, { rows, timeless, told, strays }: Held): readonly string[] {
  const clauseOf = (detectors: readonly { readonly kind: keyof DetectOptions }[], why: string) => {
    const kinds = detectors.map(({ kind }) => kind).filter((kind) => options[kind].enabled);
    return kinds.length > 0 ? [`${kinds.join(', ')} (${why})`] : [];
  };
  const fed = machineDetectors.filter(({ reads }) => reads.some((name) => told.has(name)));
  const starved = machineDetectors.filter((detector) => !fed.includes(detector));
  const untimed =
    timeless === rows
      ? 'no row tells its time, --map time=COLUMN names it'
      : `${timeless} of ${rows} rows tell no time, so that what passed before them is not known`;
  return [
    ...(timeless > 0 ? clauseOf([...clockDetectors, ...fed], untimed) : []),
    ...clauseOf(transitionDetectors, 'no recording tells how a process ended'),
    'what is of layers, tensors and requests (no recording tells of them)',
    ...(told.size === 0
      ? [
          `what is of the machine (${strays ? 'no reading of it is of the time of the rows' : 'nothing is recorded of it'})`,
        ]
      : clauseOf(starved, 'nothing is recorded of what they read')),
  ];
}
