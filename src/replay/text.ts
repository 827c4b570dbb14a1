import { detectors } from '../detect/index.ts';
import type { Finding, FindingChange } from '../findings/index.ts';
import type { Found, Tally } from './tally.ts';

const alerting: ReadonlySet<string> = new Set(
  detectors.filter(({ alert }) => alert !== 'none').map(({ kind }) => kind),
);

/** Whether a finding would have paged: of a kind that has an alert, at least a warning, and not explained by another. */
export function pages({ kind, severity, consequenceOf }: Finding): boolean {
  return alerting.has(kind) && severity !== 'info' && consequenceOf === null;
}

/**
 * One line of a change: step, change, severity, kind, and the cause where it is news.
 * @param reached the step that the recording had reached at the change
 */
export function lineOf({ change, finding }: FindingChange, reached: number | null): string {
  const { severity, kind, cause, consequenceOf, resolution, lastStep } = finding;
  const evident = change === 'opened' ? finding.detectedStep : change === 'resolved' ? null : lastStep;
  const text =
    change === 'resolved'
      ? (resolution ?? '') + (resolution === 'recovered' && lastStep !== null ? `, last seen at step ${lastStep}` : '')
      : change === 'amended' && consequenceOf !== null
        ? `is a consequence of ${consequenceOf}`
        : cause + (consequenceOf === null ? '' : ` (a consequence of ${consequenceOf})`);
  return `step ${evident ?? reached ?? '-'}  ${change}  ${severity}  ${kind}  ${text}`;
}

/**
 * What a person wants to know at the end of a run.
 * @param ranks how many ranks the recording has: of one alone nobody needs to be told which it is
 */
export function summaryOf(run: string, rows: number, { found }: Tally, ranks = 1): string {
  const paging = found.filter(({ finding }) => pages(finding));
  const head = `${run}: ${rows} rows, ${found.length} findings, ${paging.length} would have paged`;
  return [head + (paging.length > 0 ? ':' : ''), ...paging.map((each) => summaryLine(each, ranks))].join('\n');
}

function summaryLine({ finding, openedAs, openedStep, worsenedStep }: Found, ranks: number): string {
  const { severity, firstStep } = finding;
  const { rank } = finding.subject;
  const kind = finding.kind + (ranks > 1 && rank !== null ? ` of rank ${rank}` : '');
  const opened = `step ${openedStep ?? '-'}` + (firstStep === null ? '' : ` (began at ${firstStep})`);
  return severity === openedAs
    ? `  ${severity} ${kind} at ${opened}`
    : `  ${openedAs} ${kind} at ${opened}, ${severity} from step ${worsenedStep ?? '-'}`;
}
