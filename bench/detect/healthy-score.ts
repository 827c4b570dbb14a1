import type { Finding } from '../../src/findings/index.ts';
import { row, type BenchRow } from '../report.ts';
import type { JudgedRun, Label } from './runs.ts';
import { share } from './intervals.ts';

/** Steps by which a finding may be off its label: rows are thinned. */
const slack = 10;
/** Anomalies that are listed also in healthy runs, by the kinds that are right there. */
const listed: Readonly<Record<string, readonly string[]>> = {
  slow_step: ['step_outlier', 'slow_down'],
  loss_spike: ['loss_spike'],
};

/** Findings of all detectors together in healthy recorded runs, but for what their labels list. */
export class HealthyScore {
  #runs = 0;
  #steps = 0;
  #disturbed = 0;
  #warnings = 0;
  readonly #byKind = new Map<string, number>();

  take({ label, rows, alarms }: JudgedRun): void {
    if (label.class !== 'healthy') return;
    this.#runs += 1;
    this.#steps += rows.length;
    const wrong = new Map(
      alarms
        .filter((finding) => isKnown(label, finding) && !isListed(label, finding))
        .map((finding) => [finding.id, finding]),
    );
    const warnings = [...wrong.values()].filter(({ severity }) => severity !== 'info');
    this.#warnings += warnings.length;
    if (warnings.length > 0) this.#disturbed += 1;
    for (const { kind } of warnings) this.#byKind.set(kind, (this.#byKind.get(kind) ?? 0) + 1);
  }

  rows(): BenchRow[] {
    if (this.#runs === 0) return [];
    const { text } = share(this.#disturbed, this.#runs);
    const kinds = [...this.#byKind].map(([kind, count]) => `${kind} ${count}`).join(', ');
    return [
      row(
        'healthy runs, false warnings of all detectors',
        (10 * this.#warnings) / this.#runs,
        `per 10 runs (${this.#steps} steps; runs with any: ${text}${kinds === '' ? '' : `; ${kinds}`})`,
        'lower',
        1,
      ),
    ];
  }
}

/** Where no loss spikes are listed nothing is known of them. */
function isKnown({ labelled_steps: known }: Label, { kind, detectedStep }: Finding): boolean {
  if (kind !== 'loss_spike') return true;
  const [first, last] = known ?? [Infinity, -Infinity];
  return detectedStep !== null && detectedStep >= first && detectedStep <= last;
}

function isListed({ anomalies }: Label, { kind, firstStep, detectedStep }: Finding): boolean {
  return anomalies.some(
    (anomaly) =>
      listed[anomaly.kind]?.includes(kind) === true &&
      (detectedStep ?? 0) >= anomaly.start_step - slack &&
      (firstStep ?? 0) <= anomaly.end_step + slack,
  );
}
