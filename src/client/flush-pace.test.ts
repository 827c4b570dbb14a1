import { expect, test } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { FlushPace } from './flush-pace.ts';

function start() {
  const clock = new ManualClock();
  const flushes: number[] = [];
  const pace = new FlushPace(clock, () => {
    pace.flushed();
    flushes.push(clock.now());
  });
  const began = clock.now();
  return { clock, pace, flushes: () => flushes.map((at) => at - began) };
}

test('what waits goes once a second, the first of it after the parts of a step have had their time', () => {
  const { clock, pace, flushes } = start();
  pace.ask(false);
  pace.ask(false);
  clock.pass(49);
  expect(flushes()).toEqual([]);
  clock.pass(1);
  pace.ask(false);
  clock.pass(2_000);
  expect(flushes()).toEqual([50, 1_050]);
});

test('what is urgent goes at once, but not more often than every 50 ms, and takes along what waits', () => {
  const { clock, pace, flushes } = start();
  pace.ask(false);
  pace.ask(true);
  pace.ask(true);
  clock.pass(2_000);
  expect(flushes()).toEqual([0, 50]);
});

test('nothing goes after the end', () => {
  const { clock, pace, flushes } = start();
  pace.ask(false);
  pace.stop();
  clock.pass(2_000);
  expect(flushes()).toEqual([]);
});
