import { describe, expect, it } from 'vitest';
import { observation } from '../../test/support/detection.ts';
import { flag, integer, readConfig, text } from '../config/index.ts';
import type { Observation } from '../runs/index.ts';
import { expose, gauge, SeriesTable } from '../series/index.ts';
import { fromLine, toLine } from '../snapshot/index.ts';
import { clockDetector } from './clock.ts';
import { detectorOptions, quiet, stepDetector, transitionDetector } from './detector.ts';
import { DetectionEngine } from './engine.ts';
import type { Report } from './judging.ts';
import { detectMetrics, detectOptions, detectors, everyDetector } from './index.ts';
import { groupDetector } from './group.ts';
import { ByRank } from './ranks/by-rank.ts';
import { scalarDetector } from './scalar.ts';

const sum = stepDetector({
  kind: 'sum',
  subject: 'run',
  meaning: '',
  explains: [],
  alert: 'none',
  endsWithRun: true,
  options: detectorOptions({ limit: integer({ default: 3, min: 0, max: 9, help: '' }) }),
  reads: ['loss'],
  metrics: {
    sum: gauge('gradwatch_train_test_sum', { help: 'h', labels: ['run', 'rank', 'method'] }),
    last: gauge('gradwatch_train_test_last', { help: 'h', labels: ['run', 'rank'] }),
  },
  start: () => ({ sum: 0, calls: 0 }),
  observe(state, { fresh, step }, { limit }, output) {
    if (fresh.loss === 666) throw new RangeError('no such loss');
    state.sum += fresh.loss ?? 0;
    output('sum', state.sum, state.sum > 2 ? large : small);
    output('last', fresh.loss);
    return state.sum > limit ? { ...evidence, step } : quiet;
  },
});
const small = { method: 'small' };
const large = { method: 'large' };
const evidence = {
  status: 'evidence',
  severity: 'info',
  firstStep: null,
  step: null,
  score: 0,
  threshold: 0,
  baseline: null,
  window: 0,
  cause: '',
  advice: '',
} as const;
const anyLost = transitionDetector({
  kind: 'any_lost',
  subject: 'rank',
  meaning: '',
  explains: [],
  alert: 'none',
  endsWithRun: false,
  options: detectorOptions({ loud: flag({ default: true, help: '' }) }),
  observe: ({ to }) => (to === 'lost' ? evidence : quiet),
});

/** Takes the series' name and capacity as the cause of what is above 90. */
const high = scalarDetector({
  kind: 'high',
  subject: 'series',
  meaning: '',
  explains: [],
  alert: 'none',
  endsWithRun: true,
  options: detectorOptions({ series: text({ default: '*', help: '' }) }),
  start: () => ({ seen: 0 }),
  observe(state, { value, capacity, step }, { name, owner }) {
    state.seen += 1;
    return value > 90
      ? { ...evidence, step, score: state.seen, baseline: capacity, cause: `${name} of ${owner}` }
      : quiet;
  },
});

/** Names the rank with the longest step so far. */
const slowest = groupDetector({
  kind: 'slowest',
  subject: 'rank',
  meaning: '',
  explains: [],
  alert: 'none',
  endsWithRun: true,
  options: detectorOptions({}),
  peers: 'work',
  reads: ['step_seconds'],
  start: () => ({ times: new ByRank(() => ({ seconds: 0 })) }),
  observe({ times }, { rank, step, fresh }) {
    times.of(rank).seconds = fresh.step_seconds ?? 0;
    const [first] = [...times].sort(([, one], [, other]) => other.seconds - one.seconds);
    return first === undefined ? [] : [{ rank: first[0], verdict: { ...evidence, step } }];
  },
  forget({ times }, rank) {
    times.delete(rank);
  },
});

/** Names ranks that were idle at two looks in a row. */
const idle = clockDetector({
  kind: 'idle',
  subject: 'run',
  meaning: '',
  explains: [],
  alert: 'none',
  endsWithRun: true,
  options: detectorOptions({}),
  start: () => ({ before: new Set<number>() }),
  observe({ before }, ranks) {
    const late = ranks.filter((each) => each.idle > 9).map(({ rank }) => rank);
    const again = late.filter((rank) => before.has(rank));
    for (const rank of late) before.add(rank);
    return again.map((rank) => ({ rank, verdict: evidence }));
  },
});

function engine(enabled = true, judgedSeries = 'gradwatch_node_*_used_bytes,gradwatch_train_parameter_norm') {
  const table = new SeriesTable();
  const reports: Report[] = [];
  const ends: string[] = [];
  const built = new DetectionEngine({
    table,
    stepDetectors: [sum],
    transitionDetectors: [anyLost],
    groupDetectors: [slowest],
    clockDetectors: [idle],
    machineDetectors: [],
    reportDetectors: [],
    scalarDetectors: [high],
    failed: (kind, error) => ends.push(`failed ${kind}: ${String(error)}`),
    options: {
      sum: { enabled, limit: 3 } as { enabled: boolean },
      any_lost: { enabled },
      slowest: { enabled },
      idle: { enabled },
      high: { enabled, series: judgedSeries } as { enabled: boolean },
    },
    sink: {
      report: (report) => reports.push(report),
      rankEnded: (run, rank) => ends.push(`ended ${run} ${rank}`),
      runEnded: (run) => ends.push(`ended ${run}`),
      rankForgotten: (run, rank) => ends.push(`forgotten ${run} ${rank}`),
      runForgotten: (run) => ends.push(`forgotten ${run}`),
    },
  });
  return {
    table,
    built,
    reports,
    ends,
    see: (step: number, values: Observation['fresh'], more: Partial<Observation> = {}) => {
      built.observation(observation(step, values, more));
    },
    lines: () => exposed(table, /^gradwatch_train.*$/gm),
    counts: () => exposed(table, /^gradwatch_exporter.*$/gm),
  };
}

function exposed(table: SeriesTable, pattern: RegExp): readonly string[] {
  return expose('text', table.snapshot()).match(pattern) ?? [];
}

describe('DetectionEngine', () => {
  it('counts a detector that fails, tells of it, and goes on', () => {
    const { see, ends, reports, counts } = engine();
    see(1, { loss: 666 });
    see(2, { loss: 4 });
    expect(ends).toEqual(['failed sum: RangeError: no such loss']);
    expect(reports).toHaveLength(1);
    expect(counts()).toEqual([
      'gradwatch_exporter_detector_failures_total{kind="sum"} 1',
      'gradwatch_exporter_detector_failures_total{kind="any_lost"} 0',
      'gradwatch_exporter_detector_failures_total{kind="slowest"} 0',
      'gradwatch_exporter_detector_failures_total{kind="idle"} 0',
      'gradwatch_exporter_detector_failures_total{kind="high"} 0',
    ]);
  });

  it('judges by other options from then on, with what it holds of ranks', () => {
    const { built, see, reports } = engine();
    see(0, { loss: 2 });
    built.reconfigure({ sum: { enabled: true, limit: 5 } as { enabled: boolean } });
    see(1, { loss: 2 });
    expect(reports).toEqual([]);
    see(2, { loss: 2 });
    expect(reports).toHaveLength(1);
  });

  it('calls a detector for what it reads, with a state for each rank of each run', () => {
    const { see, reports, lines } = engine();
    see(0, { loss: 2 });
    see(1, { gradient_norm: 2 });
    see(2, { loss: 2 });
    see(0, { loss: 2 }, { rank: 5 });
    see(0, { loss: 2 }, { run: 'other' });
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ run: 'r', rank: 2, verdict: { status: 'evidence', step: 2 } });
    expect(reports[0]?.detector.kind).toBe('sum');
    expect(lines()).toEqual([
      'gradwatch_train_test_sum{run="r",rank="2",method="large"} 4',
      'gradwatch_train_test_sum{run="r",rank="5",method="small"} 2',
      'gradwatch_train_test_sum{run="other",rank="2",method="small"} 2',
      'gradwatch_train_test_last{run="r",rank="2"} 2',
      'gradwatch_train_test_last{run="r",rank="5"} 2',
      'gradwatch_train_test_last{run="other",rank="2"} 2',
    ]);
  });

  it('tells a detector of a return to a checkpoint, whatever the report brings', () => {
    const { see, lines } = engine();
    see(4, { loss: 1 });
    see(2, { tokens: 7 }, { wentBack: true });
    expect(lines()).toEqual(['gradwatch_train_test_sum{run="r",rank="2",method="small"} 1']);
  });

  it('compares the ranks of a run, each run by itself, without those that have ended', () => {
    const { built, see, reports, ends } = engine();
    const named = () =>
      reports.filter(({ detector }) => detector.kind === 'slowest').map(({ run, rank }) => `${run} ${rank}`);
    see(0, { step_seconds: 3 }, { rank: 1 });
    see(0, { step_seconds: 1 }, { rank: 0 });
    see(0, { step_seconds: 1 }, { run: 'other', rank: 0 });
    const ended = { run: 'r', rank: 1, from: 'healthy', to: 'finished', step: 0, time: 0, reason: '' } as const;
    built.transition(ended);
    see(1, { step_seconds: 1 }, { rank: 0 });
    expect(named()).toEqual(['r 1', 'r 1', 'other 0', 'r 0']);
    built.transition({ ...ended, rank: 0, to: 'stalled' });
    expect(ends).toEqual(['ended r 1']);
  });

  it('judges single values: of steps at once, of the machine every 15 seconds', () => {
    const { table, built, see, reports } = engine();
    const used = gauge('gradwatch_node_disk_used_bytes', { help: 'h', labels: ['device'] });
    const total = gauge('gradwatch_node_disk_total_bytes', { help: 'h', labels: ['device'] });
    const row = table.group(['device'], { used, total }).row({ device: 'a"b' });
    row.set('total', 100);
    row.set('used', 95);
    built.tick(1000, []);
    built.tick(1014, []);
    built.tick(1015, []);
    row.set('used', 50);
    built.tick(1030, []);
    see(7, { parameter_norm: 99 });
    const machine = { run: null, rank: null, uuid: null, witness: 'gradwatch_node_disk_used_bytes{device="a\\"b"}' };
    const cause = 'gradwatch_node_disk_used_bytes of device="a\\"b"';
    expect(reports.filter(({ detector }) => detector.kind === 'high')).toMatchObject([
      { ...machine, verdict: { score: 1, baseline: 100, step: null, cause } },
      { ...machine, verdict: { score: 2 } },
      {
        run: 'r',
        rank: 2,
        uuid: null,
        verdict: { score: 1, baseline: null, step: 7, cause: 'gradwatch_train_parameter_norm of rank 2' },
      },
    ]);
  });

  it('names a GPU by its number, as all that is found of one', () => {
    const { table, built, reports } = engine(true, 'gradwatch_gpu_memory_used_bytes');
    const used = gauge('gradwatch_gpu_memory_used_bytes', { help: 'h', labels: ['uuid', 'gpu'] });
    table.group(['uuid', 'gpu'], { used }).row({ uuid: 'GPU-b', gpu: '1' }).set('used', 95);
    built.tick(1000, []);
    expect(reports.filter(({ detector }) => detector.kind === 'high')).toMatchObject([
      { uuid: 'GPU-b', verdict: { cause: 'gradwatch_gpu_memory_used_bytes of GPU 1' } },
    ]);
  });

  it.each([
    ['a name that the script gave', 'reward,kl*', ['reward 7', 'kl 7', 'kl 8']],
    ['the metric of all of them', 'gradwatch_train_extra', ['reward 7', 'margin 7']],
    ['names that nobody reports', 'reward_*', []],
  ])('judges at every step what scripts report by names of their own, meant by %s', (_, series, expected) => {
    const { built, reports, see } = engine(true, series);
    const details = { gradientNormScope: null, extras: { reward: 99, margin: 91 }, auxiliaryLosses: { kl: 95 } };
    see(7, {}, { details });
    see(8, {}, { details: { ...details, extras: { reward: 1 } } });
    built.tick(1000, []);
    const said = reports.filter(({ detector }) => detector.kind === 'high');
    expect(
      said.map(({ verdict }) =>
        verdict.status === 'evidence' ? `${verdict.cause.split(' ')[0]} ${verdict.step}` : '',
      ),
    ).toEqual(expected);
    expect(said.every(({ run, rank }) => run === 'r' && rank === 2)).toBe(true);
  });

  it('holds a state for each rank and field of steps, and begins anew with one that was forgotten', () => {
    const { built, reports, see } = engine();
    const seen = (): number[] =>
      reports.flatMap(({ verdict }) =>
        verdict.status === 'evidence' && verdict.cause.includes('norm') ? verdict.score : [],
      );
    see(1, { parameter_norm: 99 });
    see(1, { parameter_norm: 99 }, { rank: 5 });
    see(2, { parameter_norm: 99 }, { rank: 5 });
    expect(seen()).toEqual([1, 1, 2]);
    built.rankForgotten('r', 5);
    see(3, { parameter_norm: 99 }, { rank: 5 });
    see(3, { parameter_norm: 99 });
    expect(seen().slice(3)).toEqual([1, 2]);
    built.runForgotten('r');
    see(4, { parameter_norm: 99 });
    expect(seen().slice(5)).toEqual([1]);
  });

  it('lets the clock detectors look at the ranks of every run at each tick, with a state for each run', () => {
    const { built, reports, ends } = engine();
    const ranks = [0, 1].map((rank) => ({
      rank,
      uuid: null,
      step: 7,
      steps: 8,
      idle: 10 * rank,
      usual: 1,
      phase: null,
    }));
    built.tick(1000, [{ run: 'r', ranks }]);
    built.tick(1001, [
      { run: 'r', ranks },
      { run: 'other', ranks },
    ]);
    expect(reports.map(({ detector, run, rank }) => [detector.kind, run, rank])).toEqual([['idle', 'r', 1]]);
    built.runForgotten('r');
    built.tick(1002, [{ run: 'r', ranks }]);
    expect(reports).toHaveLength(1);
    expect(ends).toEqual(['forgotten r']);
  });

  it('judges transitions', () => {
    const { built, reports } = engine();
    const transition = { run: 'r', rank: 1, from: null, step: null, time: 0, reason: '' } as const;
    built.transition({ ...transition, to: 'healthy' });
    built.transition({ ...transition, to: 'lost' });
    expect(reports).toMatchObject([{ run: 'r', rank: 1, detector: { kind: 'any_lost' } }]);
  });

  it('forgets ranks and runs with their series, and passes the word on', () => {
    const { built, see, ends, lines } = engine();
    see(0, { loss: 1 });
    see(0, { loss: 1 }, { rank: 5 });
    see(0, { loss: 1 }, { run: 'other' });
    built.rankForgotten('r', 5);
    expect(lines().filter((line) => line.includes('rank="5"'))).toEqual([]);
    built.runEnded('r');
    built.runForgotten('r');
    expect(lines()).toHaveLength(2);
    expect(lines().every((line) => line.includes('run="other"'))).toBe(true);
    expect(ends).toEqual(['forgotten r 5', 'ended r', 'forgotten r']);
    see(1, { loss: 1 });
    expect(lines()).toContain('gradwatch_train_test_sum{run="r",rank="2",method="small"} 1');
  });

  it('gives what it holds of groups of ranks to the engine after a restart, of runs that are still held', () => {
    const before = engine();
    before.see(0, { step_seconds: 5 }, { rank: 4 });
    before.see(0, { step_seconds: 5 }, { rank: 4, run: 'gone' });
    const after = engine();
    const [from, to] = [before, after].map(({ built }) =>
      built.sections(
        () => true,
        (run) => run === 'r',
      ),
    );
    const told = from!.map((section, at) =>
      [...section.save()].map((part) => to![at]?.restore(fromLine(toLine(part)))),
    );
    expect(told.flat()).toContain('run "gone" is not held any more');
    expect(after.built.canTellRecovery('slowest', { run: 'r', rank: 4 })).toBe(true);
    expect(after.built.canTellRecovery('slowest', { run: 'gone', rank: 4 })).toBe(false);
    expect(before.built.canTellRecovery('slowest', { run: 'r', rank: 4 })).toBe(false);
    after.see(1, { step_seconds: 1 }, { rank: 3 });
    expect(after.reports.filter(({ detector }) => detector.kind === 'slowest')).toMatchObject([{ rank: 4 }]);
  });

  it('leaves out what is not enabled', () => {
    const { built, see, reports, lines } = engine(false);
    see(0, { loss: 9 });
    built.transition({ run: 'r', rank: 1, from: null, to: 'lost', step: null, time: 0, reason: '' });
    expect(reports).toEqual([]);
    expect(lines()).toEqual([]);
  });
});

describe('the detectors', () => {
  it('have options that read their defaults', () => {
    const read = readConfig(detectOptions, {});
    expect(read).toMatchObject({
      value: {
        gradient_explosion: { enabled: true, window: 64, critical: 8 },
        gradient_ratio: { limit: 10 },
        gradient_tail: { epsilon: 0.001 },
        worker_lost: { enabled: true },
      },
    });
    const { value } = read as { value: Record<string, { enabled: boolean }> };
    const table = new SeriesTable();
    const sink = { report() {}, rankEnded() {}, runEnded() {}, rankForgotten() {}, runForgotten() {} };
    expect(
      () =>
        new DetectionEngine({
          table,
          sink,
          ...everyDetector,
          failed: () => undefined,
          options: value,
        }),
    ).not.toThrow();
  });

  it('name kinds and series once', () => {
    const kinds: readonly string[] = detectors.map(({ kind }) => kind);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(new Set(detectMetrics.map(({ name }) => name)).size).toBe(detectMetrics.length);
  });
});
