import { medianOf, rate, share } from '../detect/intervals.ts';
import { row, type BenchRow } from '../report.ts';
import type { FaultClass } from './faults.ts';
import type { Judgement } from './judge.ts';

const title = 'injected faults in real trainings';

export function faultRows(fault: FaultClass, judgements: readonly Judgement[]): BenchRow[] {
  const n = judgements.length;
  const found = judgements.filter((each) => each.found !== null);
  const [hits, named] = [share(found.length, n), share(judgements.filter(({ rightRank }) => rightRank).length, n)];
  const delay = medianOf(found.map(({ delay }) => delay ?? NaN));
  const others = judgements.map((each) => each.others.map(({ kind }) => kind));
  const rule = `${fault.name}, as ${listed(found.map((each) => each.found?.kind ?? '')) || fault.kinds.join(', ')}`;
  return [
    row(`${title}, found: ${rule}`, hits.value, `share of trainings (${hits.text})`, 'higher', 1),
    ...(fault.ofRank
      ? [row(`${title}, right rank named: ${rule}`, named.value, `share of trainings (${named.text})`, 'higher', 1)]
      : []),
    row(
      `${title}, median delay: ${rule}`,
      delay.value,
      `${fault.delayUnit} (${fault.delayUnit}, ${delay.text})`,
      'lower',
    ),
    warningsRow('other warnings', rule, others, null),
  ];
}

/** What was told of a healthy training, by kinds: warnings, and those that a finding about the machine explains. */
export interface Told {
  readonly warnings: readonly string[];
  readonly ofMachine: readonly string[];
}

export function healthyRows(told: readonly Told[]): BenchRow[] {
  return [
    warningsRow(
      'other warnings',
      'no fault',
      told.map(({ warnings }) => warnings),
      1,
    ),
    warningsRow(
      'explained by the machine',
      'no fault',
      told.map(({ ofMachine }) => ofMachine),
      null,
    ),
  ];
}

/** @param kinds what was told of each training */
function warningsRow(
  measure: string,
  rule: string,
  kinds: readonly (readonly string[])[],
  budget: number | null,
): BenchRow {
  const all = kinds.flat();
  const { value, text } = rate(all.length, kinds.length, 10);
  const told = kinds.filter((each) => each.length > 0).length;
  const names = all.length === 0 ? '' : `; of ${told}: ${listed(all)}`;
  return row(
    `${title}, ${measure}: ${rule}`,
    value,
    `per 10 trainings (per 10 trainings, ${text}${names})`,
    'lower',
    budget,
  );
}

/** "slow_down 3, stall 1", the most frequent first. */
function listed(kinds: readonly string[]): string {
  const counts = [...new Set(kinds)].map((kind) => [kind, kinds.filter((each) => each === kind).length] as const);
  return counts
    .toSorted(([, one], [, other]) => other - one)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}
