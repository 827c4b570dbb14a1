import type { Finding } from '../../src/findings/index.ts';
import type { FaultClass } from './faults.ts';
import type { Training } from './launcher.ts';

/** What was said of a training with a fault. */
export interface Judgement {
  /** Named by a kind that is right, by a warning or worse. */
  readonly found: Finding | null;
  readonly rightRank: boolean;
  /** In steps, 1 for the very step that it began with, or in seconds. */
  readonly delay: number | null;
  /** Warnings or worse that the fault does not explain; consequences of others are none. */
  readonly others: readonly Finding[];
}

/** @param findings about the run of the training, of any severity */
export function judge(fault: FaultClass, { plan, signalled, best }: Training, findings: readonly Finding[]): Judgement {
  const begins = plan.fault?.begins ?? best?.step ?? 0;
  const since = (finding: Finding): number =>
    fault.delayUnit === 's'
      ? finding.openedAt - (signalled ?? Infinity)
      : (finding.detectedStep ?? -Infinity) - begins + 1;
  const told = warnings(findings);
  // Who hears that the machine is short of something hears what that did first.
  const right = [...told, ...ofMachine(findings)]
    .filter((finding) => fault.kinds.includes(finding.kind) && since(finding) > 0)
    .toSorted((one, other) => one.openedAt - other.openedAt);
  const [found = null] = right;
  const rank = plan.fault?.rank ?? null;
  return {
    found,
    rightRank: found !== null && (found.subject.rank ?? found.firstRank) === rank,
    delay: found === null ? null : since(found),
    others: told.filter((finding) => !right.includes(finding)),
  };
}

/** Those that notify somebody: no info, and no consequence of another. */
export function warnings(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ severity, consequenceOf }) => severity !== 'info' && consequenceOf === null);
}

/** Warnings or worse that a finding about the machine explains: of those about this run none is it. */
export function ofMachine(findings: readonly Finding[]): readonly Finding[] {
  const ids = new Set<string | null>(findings.map(({ id }) => id)).add(null);
  return findings.filter(({ severity, consequenceOf }) => severity !== 'info' && !ids.has(consequenceOf));
}
