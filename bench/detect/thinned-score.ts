import { Feed } from '../../test/support/detection.ts';
import { overfitting } from '../../src/detect/steps/overfitting.ts';
import { median } from '../../src/stats/index.ts';
import { row, type BenchRow } from '../report.ts';
import { cleanClasses, evaluationsOf, falsePositives, type Point } from './evaluation-score.ts';
import type { JudgedRun } from './runs.ts';
import { share } from './intervals.ts';

const factors = [2, 3, 4, 5, 6] as const;
/** Fewer evaluations say nothing, of health neither. */
const fewest = 5;

interface Tally {
  sick: number;
  found: number;
  early: number;
  clean: number;
  flagged: number;
}

/**
 * Overfitting in runs with few evaluations: of each overfit or clean run every second to sixth evaluation, from each of the first on.
 * An overfit run counts where the rule of its label still holds for what is left.
 */
export class ThinnedScore {
  readonly #tallies = new Map<number, Tally>(
    factors.map((factor) => [factor, { sick: 0, found: 0, early: 0, clean: 0, flagged: 0 }]),
  );

  take({ label, rows }: JudgedRun): void {
    const sick = label.class === 'overfit';
    if (!sick && !cleanClasses.includes(label.class)) return;
    const points = evaluationsOf(rows).filter(({ validation }) => Number.isFinite(validation));
    for (const [factor, tally] of this.#tallies) {
      for (let from = 0; from < factor; from += 1) {
        const left = points.filter((_, at) => at % factor === from);
        if (left.length < fewest) continue;
        const best = left.reduce((one, other) => (other.validation < one.validation ? other : one));
        if (!sick) {
          tally.clean += 1;
          if (firstAlarm(left) !== null) tally.flagged += 1;
        } else if (isOverfit(left, best)) {
          tally.sick += 1;
          const alarm = firstAlarm(left);
          if (alarm === null) continue;
          tally.found += 1;
          if (alarm < best.step) tally.early += 1;
        }
      }
    }
  }

  rows(): BenchRow[] {
    return [...this.#tallies].flatMap(([factor, { sick, found, early, clean, flagged }]) => {
      const of = (what: string) => `overfitting with fewer evaluations, ${what}: one in ${factor}`;
      const [recall, before, false_] = [share(found, sick), share(early, sick), share(flagged, clean)];
      return [
        row(of('recall'), recall.value, `share of runs (${recall.text})`, 'higher', 0.95),
        row(of('clean flagged'), false_.value, `share of runs (${false_.text})`, 'lower', falsePositives),
        row(of('before the best evaluation'), before.value, `share of runs (${before.text})`, 'lower'),
      ];
    });
  }
}

/** The rule by which the recorded runs were labelled. */
function isOverfit(points: readonly Point[], best: Point): boolean {
  const last = points.at(-1);
  return (
    last !== undefined &&
    points.length - 1 - points.indexOf(best) >= 5 &&
    median(points.slice(-3).map(({ validation }) => validation)) > 1.15 * best.validation &&
    last.training < 0.97 * best.training
  );
}

function firstAlarm(points: readonly Point[]): number | null {
  const feed = new Feed(overfitting);
  for (const { step, validation, training } of points) {
    const values = { validation_loss: validation, evaluated_training_loss: training };
    if (feed.take(values, { step }).status === 'evidence') return step;
  }
  return null;
}
