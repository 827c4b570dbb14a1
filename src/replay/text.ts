import type { Finding, FindingChange } from '../findings/index.ts';

/** Whether a finding would have paged: at least a warning, and not explained by another. */
export function pages({ severity, consequenceOf }: Finding): boolean {
  return severity !== 'info' && consequenceOf === null;
}

/** One line of a change: step, change, severity, kind, and the cause where it is news. */
export function lineOf({ change, finding }: FindingChange): string {
  const { severity, kind, cause, consequenceOf, resolution } = finding;
  const step = change === 'opened' ? finding.detectedStep : finding.lastStep;
  const text =
    change === 'resolved'
      ? (resolution ?? '')
      : change === 'amended'
        ? consequenceOf === null
          ? 'stands for itself'
          : `is a consequence of ${consequenceOf}`
        : cause + (consequenceOf === null ? '' : ` (a consequence of ${consequenceOf})`);
  return `step ${step ?? '-'}  ${change}  ${severity}  ${kind}  ${text}`;
}

export interface Totals {
  readonly rows: number;
  readonly findings: number;
  readonly paging: readonly Finding[];
}

/** What a person wants to know at the end of a run. */
export function summaryOf(run: string, { rows, findings, paging }: Totals): string {
  const lines = paging.map(
    ({ severity, kind, firstStep, detectedStep }) =>
      `  ${severity} ${kind} at step ${detectedStep ?? '-'} (began at ${firstStep ?? '-'})`,
  );
  const head = `${run}: ${rows} rows, ${findings} findings, ${paging.length} would have paged`;
  return [head + (lines.length > 0 ? ':' : ''), ...lines].join('\n');
}
