import type { Severity } from '../detect/index.ts';
import type { Finding, FindingChange } from '../findings/index.ts';

/** A finding as it was last told of. */
export interface Found {
  readonly finding: Finding;
  readonly openedAs: Severity;
  /** The step at which it reached its severity, null where it opened with it. */
  readonly worsenedStep: number | null;
}

/** All findings of one recorded run, in the order in which they opened. */
export class Tally {
  readonly #found = new Map<string, Found>();

  get found(): readonly Found[] {
    return [...this.#found.values()];
  }

  take({ change, finding }: FindingChange): void {
    const before = this.#found.get(finding.id);
    this.#found.set(finding.id, {
      finding,
      openedAs: before?.openedAs ?? finding.severity,
      worsenedStep: change === 'worsened' ? finding.lastStep : (before?.worsenedStep ?? null),
    });
  }
}
