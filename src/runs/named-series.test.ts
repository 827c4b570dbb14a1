import { expect, it } from 'vitest';
import type { Excess } from './excess.ts';
import { AllNamedSeries, NamedSeries } from './named-series.ts';

/** Runs that may hold 100 series together, 60 each, and of a quarter of 100 a fifth whatever the others hold. */
function start() {
  const all = new AllNamedSeries(() => ({ max_series: 100, max_run_series: 60, max_runs: 5 }));
  const told: Excess[] = [];
  const run = () => {
    const series = new NamedSeries(all, 'digits');
    return {
      take: (more: number, from = 0) => series.resize(from, from + more, 'a', (excess) => told.push(excess)),
      release: (count: number) => {
        series.release(count);
      },
    };
  };
  return { run, told };
}

it('bounds what one run holds, and says by which option', () => {
  const { run, told } = start();
  const one = run();
  expect([one.take(60), one.take(1)]).toEqual([true, false]);
  expect(told).toEqual([{ option: 'max_run_series', limit: 60, name: 'a' }]);
  one.release(1);
  expect(one.take(1)).toBe(true);
});

it('bounds what all hold, and leaves every run its share', () => {
  const { run, told } = start();
  const runs = [run(), run(), run(), run(), run()];
  expect(runs.slice(0, 2).map((each) => each.take(37))).toEqual([true, true]);
  expect(runs.map((each) => each.take(6))).toEqual([false, false, false, false, false]);
  expect(told).toEqual(Array(5).fill({ option: 'max_series', limit: 100, name: 'a' }));
  expect(runs.map((each) => each.take(5))).toEqual([false, false, true, true, true]);
});

it('takes a thing that becomes smaller or stays as large however little place there is', () => {
  const { run } = start();
  const one = run();
  one.take(60);
  expect([one.take(0, 20), one.take(-10, 20), one.take(10, 10), one.take(1)]).toEqual([true, true, true, false]);
});

it('weighs what bears long names for what it takes in a scrape', () => {
  const named = new NamedSeries(
    new AllNamedSeries(() => ({ max_series: 100, max_run_series: 60, max_runs: 5 })),
    'digits',
  );
  const emoji = '😀'.repeat(128);
  expect([named.weigh('a'), named.weigh('a'.repeat(128), 'b'.repeat(121))]).toEqual([1, 1]);
  expect([named.weigh('a'.repeat(128), 'b'.repeat(122)), named.weigh(emoji), named.weigh(emoji, emoji, emoji)]).toEqual(
    [2, 3, 7],
  );
});
