import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExposition } from '../../test/support/exposition-parser.ts';
import { describeWithTools } from '../../test/tools/tools.ts';
import { counter, expose, gauge, info, SeriesTable, states, type Format, type Metric } from './index.ts';

/** Whatever comes from outside ends up in label values and numbers; help texts are ours, but nothing hinders what they say. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', ',', '=', '{', '}', '#', ' ', '\r', '\ud800', '😀', '\u2028') }),
);
const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(NaN, Infinity, -Infinity, -0, 5e-324, 2 ** 64));

interface Case {
  readonly help: string;
  readonly rows: readonly (readonly [run: string, rank: string, value: number | undefined, state: 'up' | 'down'])[];
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  help: anyText.filter((text) => text.trim() !== ''),
  rows: fc.array(
    fc.tuple(
      anyText,
      anyText,
      fc.option(anyNumber, { nil: undefined }),
      fc.constantFrom('up' as const, 'down' as const),
    ),
  ),
});

const labels = ['run', 'rank'] as const;
const declare = (help: string) => ({
  loss: gauge('gradwatch_train_loss', { help, labels }),
  wait: counter('gradwatch_train_wait_seconds_total', { help, labels }),
  facts: info('gradwatch_rank_info', { help, labels }),
  state: states('gradwatch_rank_state', { help, labels, states: ['up', 'down'] }),
});
const written = (text: string) => Buffer.from(text).toString();

function tableOf({ help, rows }: Case): SeriesTable {
  const table = new SeriesTable();
  const group = table.group(labels, declare(help));
  for (const [run, rank, value, state] of rows) {
    const row = group.row({ run, rank });
    row.clear('loss');
    if (value !== undefined) row.set('loss', value);
    row.set('wait', Math.abs(value ?? 0));
    row.set('facts', 1);
    row.setState('state', state);
  }
  return table;
}

/** What a reader should find of a metric: each label set once, with the value that it was given last. */
function expected({ rows }: Case, { type, labels: names }: Metric): Map<string, number> {
  const found = new Map<string, number>();
  for (const [run, rank, value, state] of rows) {
    const key = (...more: string[]) => JSON.stringify([written(run), written(rank), ...more]);
    if (type === 'info') found.set(key(), 1);
    else if (type === 'counter') found.set(key(), Math.abs(value ?? 0));
    else if (names.includes('state')) for (const each of ['up', 'down']) found.set(key(each), each === state ? 1 : 0);
    else if (value === undefined) found.delete(key());
    else found.set(key(), value);
  }
  return found;
}

const familyNames: Readonly<Record<Format, (metric: Metric) => string>> = {
  text: ({ name }) => name,
  openmetrics: ({ name, type }) =>
    type === 'counter' ? name.slice(0, -'_total'.length) : type === 'info' ? name.slice(0, -'_info'.length) : name,
};

describe.each(['text', 'openmetrics'] as const)('any labels, help and numbers in the format %s', (format) => {
  it('can be read, and say what was set', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const families = parseExposition(format, expose(format, tableOf(given).snapshot()));
        const byName = new Map(families.map((family) => [family.name, family]));
        for (const metric of Object.values<Metric>(declare(given.help))) {
          const family = byName.get(familyNames[format](metric));
          const samples = expected(given, metric);
          expect(new Map(family?.samples.map((one) => [JSON.stringify([...one.labels.values()]), one.value]))).toEqual(
            samples,
          );
          if (samples.size > 0) expect(family?.help).toBe(written(given.help));
        }
      }),
    );
  });
});

describeWithTools(['promtool'], 'any series', ({ promtool }) => {
  it('can be read by promtool', () => {
    // Many cases in one body, told apart by the name of the run: starting promtool is what takes time.
    const rows = fc
      .sample(anyCase, 50)
      .flatMap((given, at) => given.rows.map((row) => [`${at} ${row[0]}`, ...row.slice(1)]));
    const table = tableOf({ help: fc.sample(anyCase, 1)[0]?.help ?? 'Help', rows: rows as unknown as Case['rows'] });
    const { stderr, status } = spawnSync(promtool, ['check', 'metrics'], {
      input: expose('text', table.snapshot()),
      encoding: 'utf8',
    });
    // 3 would say that a linter finds the help text or the names ugly; 1 that the text cannot be read.
    expect([0, 3], stderr).toContain(status);
  });
});
