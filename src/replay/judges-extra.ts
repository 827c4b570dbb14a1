import { everyDetector, seriesMeant, type DetectOptions } from '../detect/index.ts';
import { namedStepMetrics } from '../runs/index.ts';

/** Whether a column that means nothing here is judged by its name: where options of detectors over single values name it. */
export function judgesExtra(options: DetectOptions): (name: string) => boolean {
  const judges = everyDetector.scalarDetectors
    .filter(({ kind }) => options[kind].enabled)
    .map(({ kind }) => seriesMeant(options[kind].series));
  return (name) => judges.some((isMeant) => isMeant(name, namedStepMetrics.extras.name));
}
