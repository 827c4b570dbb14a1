import type { BenchRow } from '../report.ts';

/**
 * The rows as tables of docs/detection-quality.md, one for each thing that is detected: a line for each rule, a column for each
 * measure, n and interval in the cell. Cases are named "what, measure: rule".
 */
export function markdown(rows: readonly BenchRow[]): string {
  return grouped(rows, ({ case: name }) => partsOf(name).what)
    .map(([what, cells]) => table(what, cells))
    .join('\n');
}

function table(what: string, rows: readonly BenchRow[]): string {
  const measures = [...new Set(rows.map(({ case: name }) => partsOf(name).measure))];
  const lines = grouped(rows, ({ case: name }) => partsOf(name).rule).map(([rule, cells]) => {
    const values = measures.map((measure) => {
      const found = cells.find(({ case: name }) => partsOf(name).measure === measure);
      return found === undefined ? '' : cell(found);
    });
    return `| ${[rule, ...values].join(' | ')} |`;
  });
  const head = ['rule', ...measures];
  return [`## ${what}`, '', `| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...lines, ''].join('\n');
}

function cell({ value, unit, budget, within }: BenchRow): string {
  const [, n = ''] = /\((.*)\)/.exec(unit) ?? [];
  const goal = budget === null ? '' : `; goal ${budget}${within === true ? '' : ', missed'}`;
  return Number.isNaN(value) ? '-' : `${value}${n === '' ? '' : ` (${n}${goal})`}`;
}

function partsOf(name: string): { readonly what: string; readonly measure: string; readonly rule: string } {
  const [left = name, rule = ''] = name.split(': ');
  const [what = left, ...measure] = left.split(', ');
  return { what, measure: measure.join(', '), rule };
}

function grouped(rows: readonly BenchRow[], by: (row: BenchRow) => string): [string, BenchRow[]][] {
  const groups = new Map<string, BenchRow[]>();
  for (const row of rows) groups.set(by(row), [...(groups.get(by(row)) ?? []), row]);
  return [...groups];
}
