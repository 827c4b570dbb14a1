import { share } from '../detect/intervals.ts';
import { row, type BenchRow } from '../report.ts';
import type { FaultClass } from './faults.ts';
import type { Judgement } from './judge.ts';

const title = 'injected faults in real trainings';

export function faultRows(fault: FaultClass, judgements: readonly Judgement[]): BenchRow[] {
  const n = judgements.length;
  const found = judgements.filter((each) => each.found !== null);
  const [hits, named] = [share(found.length, n), share(judgements.filter(({ rightRank }) => rightRank).length, n)];
  const delays = found.map(({ delay }) => delay ?? NaN).toSorted((one, other) => one - other);
  const others = judgements.flatMap((each) => each.others.map(({ kind }) => kind));
  const rule = `${fault.name}, as ${listed(found.map((each) => each.found?.kind ?? '')) || fault.kinds.join(', ')}`;
  return [
    row(`${title}, found: ${rule}`, hits.value, `share of trainings (${hits.text})`, 'higher', 1),
    ...(fault.ofRank
      ? [row(`${title}, right rank named: ${rule}`, named.value, `share of trainings (${named.text})`, 'higher', 1)]
      : []),
    row(
      `${title}, delay: ${rule}`,
      delays[delays.length >> 1] ?? NaN,
      `${fault.delayUnit} (${fault.delayUnit}, median; longest ${Number((delays.at(-1) ?? NaN).toPrecision(3))})`,
      'lower',
    ),
    row(
      `${title}, other warnings: ${rule}`,
      others.length,
      `findings (in ${n} trainings${others.length === 0 ? '' : `: ${listed(others)}`})`,
      'lower',
    ),
  ];
}

/** What was told of a healthy training, by kinds: warnings, and those that a finding about the machine explains. */
export interface Told {
  readonly warnings: readonly string[];
  readonly ofMachine: readonly string[];
}

export function healthyRows(told: readonly Told[]): BenchRow[] {
  return [
    healthyRow(
      'other warnings',
      told.map(({ warnings }) => warnings),
      1,
    ),
    healthyRow(
      'explained by the machine',
      told.map(({ ofMachine }) => ofMachine),
      null,
    ),
  ];
}

function healthyRow(measure: string, kinds: readonly (readonly string[])[], budget: number | null): BenchRow {
  const wrong = share(kinds.filter((each) => each.length > 0).length, kinds.length);
  const all = kinds.flat();
  const names = all.length === 0 ? '' : `: ${listed(all)}`;
  return row(
    `${title}, ${measure}: no fault`,
    (10 * all.length) / kinds.length,
    `per 10 trainings (per 10 trainings; with any: ${wrong.text}${names})`,
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
