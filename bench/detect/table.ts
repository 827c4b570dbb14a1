import { cpus } from 'node:os';

/** A row of what every benchmark prints with --json. */
export interface BenchRow {
  readonly case: string;
  readonly value: number;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly peer: string | null;
  readonly peer_value: number | null;
  readonly ratio: number | null;
  readonly budget: number | null;
  readonly within: boolean | null;
}

/** @param peer of the same measure, by name and value */
export function row(
  name: string,
  value: number,
  unit: string,
  better: 'lower' | 'higher',
  budget: number | null = null,
  peer: readonly [string, number] | null = null,
): BenchRow {
  const within = budget === null || Number.isNaN(value) ? null : better === 'lower' ? value <= budget : value >= budget;
  const quotient = peer === null ? NaN : value / peer[1];
  return {
    case: name,
    value: round(value),
    unit,
    better,
    peer: peer?.[0] ?? null,
    peer_value: peer === null ? null : round(peer[1]),
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
  for (const { case: name, value, unit, peer, peer_value, budget, within } of rows) {
    const beside = peer === null ? '' : `  (${peer}: ${peer_value ?? '-'})`;
    const limit = budget === null ? '' : `  budget ${budget}: ${within === true ? 'within' : 'missed'}`;
    console.log(`${name.padEnd(52)} ${String(value).padStart(8)}  ${unit}${beside}${limit}`);
  }
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
