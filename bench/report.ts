import { cpus } from 'node:os';

/** A row of what every benchmark prints with --json. */
export interface BenchRow {
  readonly case: string;
  readonly value: number;
  /** Least and most of the rounds of which `value` is the median; null where there was one round. */
  readonly spread: readonly [number, number] | null;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly peer: string | null;
  readonly peer_value: number | null;
  readonly ratio: number | null;
  readonly budget: number | null;
  readonly within: boolean | null;
}

export interface Rounds {
  readonly median: number;
  readonly spread: readonly [number, number];
}

/** @param values one per round */
export function rounds(values: readonly number[]): Rounds {
  const sorted = values.toSorted((one, other) => one - other);
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? NaN,
    spread: [sorted[0] ?? NaN, sorted.at(-1) ?? NaN],
  };
}

/** @param peer of the same measure, by name and value */
export function row(
  name: string,
  measured: number | Rounds,
  unit: string,
  better: 'lower' | 'higher',
  budget: number | null = null,
  peer: readonly [name: string, value: number | Rounds] | null = null,
): BenchRow {
  const value = middle(measured);
  const peerValue = peer === null ? null : middle(peer[1]);
  const within = budget === null || Number.isNaN(value) ? null : better === 'lower' ? value <= budget : value >= budget;
  const quotient = peerValue === null ? NaN : value / peerValue;
  return {
    case: name,
    value: round(value),
    spread: typeof measured === 'number' ? null : [round(measured.spread[0]), round(measured.spread[1])],
    unit,
    better,
    peer: peer?.[0] ?? null,
    peer_value: peerValue === null ? null : round(peerValue),
    ratio: Number.isFinite(quotient) ? round(quotient) : null,
    budget,
    within,
  };
}

export function print(bench: string, rows: readonly BenchRow[]): void {
  const machine = `${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}, Node ${process.version}`;
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ bench, machine, rows }));
    return;
  }
  console.log(machine);
  const width = Math.max(...rows.map(({ case: name }) => name.length));
  for (const { case: name, value, spread, unit, peer, peer_value, ratio, budget, within } of rows) {
    const range = spread === null ? '' : `  [${spread.join(' to ')}]`;
    const beside = peer === null ? '' : `  (${peer}: ${peer_value ?? '-'}${ratio === null ? '' : `, ratio ${ratio}`})`;
    const limit = budget === null ? '' : `  budget ${budget}: ${within === true ? 'within' : 'missed'}`;
    console.log(`${name.padEnd(width)} ${String(value).padStart(8)}  ${unit}${range}${beside}${limit}`);
  }
}

function middle(measured: number | Rounds): number {
  return typeof measured === 'number' ? measured : measured.median;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
