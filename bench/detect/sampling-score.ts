import type { Row } from '../../src/replay/index.ts';
import { row, type BenchRow } from '../report.ts';
import { judge, type JudgedRun } from './runs.ts';
import { share } from './intervals.ts';

/** What a worker or a logger may do to a run without anything being wrong with it. */
const disturbances: Readonly<Record<string, (rows: readonly Row[]) => Row[]>> = {
  'every 10th step': (rows) => rows.filter((_, at) => at % 10 === 0),
  'every 100th step': (rows) => rows.filter((_, at) => at % 100 === 0),
  // Of every 500 steps 100 are lost.
  gaps: (rows) => rows.filter((_, at) => at % 500 < 400),
  'every step twice': (rows) => rows.flatMap((each) => [each, each]),
  'one time for ten steps': (rows) =>
    rows.map((each, at) => ({ ...each, time: rows[at - (at % 10)]?.time ?? each.time })),
  'absent values': (rows) => rows.map((each, at) => ({ ...each, values: holed(each.values, at) })),
  'single precision': (rows) => rows.map((each) => ({ ...each, values: rounded(each.values) })),
};

/** Healthy runs that were reported in another way: how many are called sick that were not when every step was reported. */
export class SamplingScore {
  readonly #tallies = new Map<string, { n: number; flagged: number; readonly kinds: Set<string> }>();

  take(run: JudgedRun): void {
    if (run.label.class !== 'healthy') return;
    const before = new Set(loud(run));
    for (const [name, disturb] of Object.entries(disturbances)) {
      const tally = this.#tallies.get(name) ?? { n: 0, flagged: 0, kinds: new Set() };
      this.#tallies.set(name, tally);
      const more = loud(judge(run.corpus, run.label, disturb(run.rows))).filter((kind) => !before.has(kind));
      tally.n += 1;
      if (more.length > 0) tally.flagged += 1;
      for (const kind of more) tally.kinds.add(kind);
    }
  }

  rows(): BenchRow[] {
    return [...this.#tallies].map(([name, { n, flagged, kinds }]) => {
      const part = share(flagged, n);
      const which = kinds.size === 0 ? '' : `; ${[...kinds].join(', ')}`;
      return row(
        `healthy runs reported otherwise, called sick: ${name}`,
        part.value,
        `share of runs (${part.text}${which})`,
        'lower',
        0,
      );
    });
  }
}

/** Kinds of which a finding was at least a warning. */
function loud({ alarms }: JudgedRun): string[] {
  return [...new Set(alarms.filter(({ severity }) => severity !== 'info').map(({ kind }) => kind))];
}

/** Every seventh value of each field is absent, at other steps for other fields. */
function holed(values: Row['values'], at: number): Row['values'] {
  return Object.fromEntries(Object.entries(values).filter((_, field) => (at + 3 * field) % 7 !== 0));
}

function rounded(values: Row['values']): Row['values'] {
  return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, Math.fround(value)]));
}
