import type { Severity } from '../detect/index.ts';
import type { Finding, FindingChange } from '../findings/index.ts';

/** A finding as it was last told of. */
export interface Found {
  readonly finding: Finding;
  readonly openedAs: Severity;
  /** The step at which it was found; of a kind that no step makes evident, the step that was reached then, null before the first. */
  readonly openedStep: number | null;
  /** The step at which it reached its severity, null where it opened with it. */
  readonly worsenedStep: number | null;
}

/** All findings of one recorded run, in the order in which they opened. */
export class Tally {
  readonly #found = new Map<string, Found>();

  get found(): readonly Found[] {
    return [...this.#found.values()];
  }

  /** @param reached the step that the recording had reached at the change */
  take({ change, finding }: FindingChange, reached: number | null = null): void {
    const before = this.#found.get(finding.id);
    this.#found.set(finding.id, {
      finding,
      openedAs: before?.openedAs ?? finding.severity,
      openedStep: before === undefined ? (finding.detectedStep ?? reached) : before.openedStep,
      worsenedStep: change === 'worsened' ? (finding.lastStep ?? reached) : (before?.worsenedStep ?? null),
    });
  }
}
