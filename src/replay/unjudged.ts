import { everyDetector, type DetectOptions } from '../detect/index.ts';

const { clockDetectors, transitionDetectors } = everyDetector;

/** What of the detectors that are to run a recording could not feed, and why, each as a clause. */
export function unjudged(options: DetectOptions, rows: number, timeless: number): readonly string[] {
  const clauseOf = (detectors: readonly { readonly kind: keyof DetectOptions }[], why: string) => {
    const kinds = detectors.map(({ kind }) => kind).filter((kind) => options[kind].enabled);
    return kinds.length > 0 ? [`${kinds.join(', ')} (${why})`] : [];
  };
  const untimed =
    timeless === rows
      ? 'no row tells its time, --map time=COLUMN names it'
      : `${timeless} of ${rows} rows tell no time, so that what passed before them is not known`;
  return [
    ...(timeless > 0 ? clauseOf(clockDetectors, untimed) : []),
    ...clauseOf(transitionDetectors, 'no recording tells how a process ended'),
    'what is of the machine (nothing is recorded of it)',
  ];
}
