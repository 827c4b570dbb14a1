import { expect, it } from 'vitest';
import { runsDefaults } from '../../test/support/runs-options.ts';
import { Runs } from '../runs/index.ts';
import { SeriesTable } from '../series/index.ts';
import { fromLine, toLine } from '../snapshot/index.ts';
import { Sessions } from './sessions.ts';
import type { AcceptedHello } from './validate/hello.ts';

const hello: AcceptedHello = {
  ...{ run: 'digits', rank: 0, session: 'a'.repeat(64), worldSize: 1, localRank: 0, attempt: 0, node: null },
  ...{
    gpuUuid: null,
    process: null,
    framework: null,
    model: null,
    job: null,
    role: 'training',
    parallel: {},
    labels: {},
  },
  supports: new Set(),
};
const stranger: AcceptedHello = { ...hello, session: 'b'.repeat(64) };

/** An exporter, and what it found of one before. */
function start(before?: Runs) {
  let time = 1000;
  const nothing = () => undefined;
  const runs = new Runs({
    table: new SeriesTable(),
    options: runsDefaults,
    now: () => time,
    hold: () => 120,
    listener: {
      observation: nothing,
      transition: nothing,
      runEnded: nothing,
      rankForgotten: nothing,
      runForgotten: nothing,
    },
  });
  for (const part of before?.section.save() ?? []) runs.section.restore(fromLine(toLine(part)));
  const sessions = new Sessions({ runs, stepsPerSecond: 100, frozenAfter: 15, now: () => time });
  return {
    runs,
    pass: (seconds: number) => (time += seconds),
    open: (as: AcceptedHello) => {
      const opened = sessions.open(as, { dismiss: nothing });
      return 'refusal' in opened ? opened.refusal.code : 'welcome';
    },
  };
}

it('keeps a rank for its process for a moment after a restart of the exporter', () => {
  const before = start();
  before.open(hello);
  const after = start(before.runs);
  after.pass(14);
  expect(after.open(stranger)).toBe('session_taken');
  expect(after.open({ ...stranger, attempt: 1 })).toBe('rank_held');
  expect(after.open(hello)).toBe('welcome');
});

it('gives it to the first who comes after that, and at once where its process had ended', () => {
  const before = start();
  before.open(hello);
  const late = start(before.runs);
  late.pass(15);
  expect(late.open(stranger)).toBe('welcome');
  before.runs.find('digits', 0)?.end('lost', 1000, 'its stream ended');
  expect(start(before.runs).open(stranger)).toBe('welcome');
});
