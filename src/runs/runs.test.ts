import { describe, expect, it } from 'vitest';
import { runsDefaults } from '../../test/support/runs-options.ts';
import { SeriesTable, expose } from '../series/index.ts';
import type { Observation, RankTransition } from './observation.ts';
import type { Excess } from './excess.ts';
import type { RankHello } from './hello.ts';
import { RunsLimitError } from './limit-error.ts';
import type { RunsOptions } from './options.ts';
import type { Phase } from './reports.ts';
import { Runs } from './runs.ts';

const base: RankHello = {
  run: 'digits',
  rank: 0,
  session: 'session-0123456789',
  worldSize: 2,
  localRank: 0,
  attempt: 0,
  node: 'node-a',
  gpuUuid: 'GPU-1',
  process: null,
  framework: 'pytorch 2.9.1',
  model: 'mlp',
  job: null,
  role: 'training',
  parallel: {},
  labels: {},
};

function start(options: Partial<RunsOptions> = {}) {
  const table = new SeriesTable();
  const observations: Observation[] = [];
  const transitions: RankTransition[] = [];
  const events: string[] = [];
  let time = 1000;
  const runs = new Runs({
    table,
    options: { ...runsDefaults, ...options },
    now: () => time,
    hold: () => 120,
    listener: {
      observation: (observation) => observations.push(observation),
      transition: (transition) => transitions.push(transition),
      runEnded: (run) => events.push(`${run} ended`),
      rankForgotten: (run, rank) => events.push(`${run} ${rank} forgotten`),
      runForgotten: (run) => events.push(`${run} forgotten`),
    },
  });
  const all = () => expose('text', table.snapshot());
  /** Without what the exporter counts of itself. */
  const text = () => all().replaceAll(/^.*gradwatch_exporter_.*\n/gm, '');
  return {
    runs,
    observations,
    transitions,
    events,
    setTime: (to: number) => (time = to),
    text,
    cleaned: () => {
      const counts: Record<string, number> = {};
      for (const [, reason, count] of all().matchAll(
        /^gradwatch_exporter_cleaned_total\{reason="(\w+)"\} ([1-9].*)$/gm,
      )) {
        counts[reason ?? ''] = Number(count);
      }
      return counts;
    },
    /** The states of a metric that are 1. */
    states: (metric: string) =>
      [...text().matchAll(new RegExp(`^${metric}\\{(.*),state="(\\w+)"\\} 1$`, 'gm'))].map((match) => match.slice(1)),
    join: (hello: Partial<RankHello> = {}, resumed = false) => runs.join({ ...base, ...hello }, resumed),
    step: (step: number, values = {}, skipped = false) => ({ step, time: 900 + step, values, skipped }),
  };
}

describe('Runs', () => {
  it('is initializing until the first step, then healthy', () => {
    const { join, transitions, step, states } = start();
    const rank = join();
    expect(states('gradwatch_rank_state')).toEqual([['run="digits",rank="0"', 'initializing']]);
    rank.report(step(1, { loss: 1 }));
    expect(states('gradwatch_rank_state')).toEqual([['run="digits",rank="0"', 'healthy']]);
    expect(transitions.map(({ from, to }) => [from, to])).toEqual([
      [null, 'initializing'],
      ['initializing', 'healthy'],
    ]);
  });

  it('publishes what a report newly told and what is known by then', () => {
    const { join, observations, step } = start();
    const rank = join({ attempt: 3 });
    rank.report(step(1, { loss: 1 }));
    rank.report(step(1, { gradient_norm: NaN }));
    expect(observations).toEqual([
      {
        run: 'digits',
        rank: 0,
        attempt: 3,
        worldSize: 2,
        step: 1,
        time: 901,
        fresh: { loss: 1 },
        known: { loss: 1 },
        skipped: false,
        wentBack: false,
      },
      {
        run: 'digits',
        rank: 0,
        attempt: 3,
        worldSize: 2,
        step: 1,
        time: 901,
        fresh: { gradient_norm: NaN },
        known: { loss: 1, gradient_norm: NaN },
        skipped: false,
        wentBack: false,
      },
    ]);
  });

  it('tells how the ranks get on that hold a stream open, and shows which of them stalls', () => {
    const { runs, join, step, states, setTime } = start();
    const ranks = [0, 1, 2, 3].map((rank) => join({ rank }));
    for (const rank of ranks) rank.report(step(1, { loss: 1 }));
    ranks[2]!.end('finished', 1000, 'it said goodbye');
    ranks[3]!.reportsByCalls(1000);
    setTime(1007);
    ranks[0]!.report(step(2, { loss: 1 }));
    ranks[1]!.report(step(1, { gradient_norm: 1 }));
    expect(runs.progress(1010)).toEqual([
      {
        run: 'digits',
        ranks: [
          { rank: 0, uuid: 'GPU-1', step: 2, steps: 2, idle: 3, usual: 1, phase: null },
          { rank: 1, uuid: 'GPU-1', step: 1, steps: 1, idle: 10, usual: null, phase: null },
        ],
      },
    ]);
    setTime(1012);
    ranks[1]!.report({ ...step(1), phase: 'checkpoint' });
    expect(runs.progress(1013)[0]!.ranks[1]).toMatchObject({ steps: 1, idle: 1, phase: 'checkpoint' });
    runs.setStalled({ run: 'digits', rank: 1 }, true);
    expect(states('gradwatch_rank_state')).toContainEqual(['run="digits",rank="1"', 'stalled']);
    runs.setStalled({ run: 'digits', rank: 1 }, false);
    expect(states('gradwatch_rank_state')).toContainEqual(['run="digits",rank="1"', 'healthy']);
    runs.setStalled({ run: 'digits', rank: 1 }, true);
    ranks[1]!.end('lost', 1010, 'its stream ended');
    expect(states('gradwatch_rank_state')).toContainEqual(['run="digits",rank="1"', 'lost']);
  });

  it('lets long names take the place of several series, and gives all of it back', () => {
    const { runs, join } = start({ max_run_series: 100, max_runs: 1 });
    const exceeded: Excess[] = [];
    const report = (run: string, name: string) => {
      const rank = join({ run });
      const each = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`${at} ${name}`, at]));
      const about = { dataset: 'test', step: null, time: 1000, failures: [] };
      const slices = [{ slice: '', samples: null, metrics: each }];
      rank.reports.evaluation({ ...about, slices }, (excess) => exceeded.push(excess));
      rank.reports.layers(
        {
          step: 1,
          time: 1000,
          layers: Object.keys(each).map((layer) => ({ name: layer, values: { weight_norm: 1 } })),
        },
        (excess) => exceeded.push(excess),
      );
      rank.end('finished', 1000, 'it said goodbye');
    };
    report('short', 'a'.repeat(100));
    expect(exceeded).toEqual([]);
    runs.tick(10_000);
    report('long', '😀'.repeat(120));
    expect(exceeded.map(({ option }) => option)).toContain('max_run_series');
    runs.tick(20_000);
    exceeded.length = 0;
    report('again', 'a'.repeat(100));
    expect(exceeded).toEqual([]);
  });

  it('takes no successor to do what the process before it announced', () => {
    const { runs, join, step, states } = start();
    const rank = join();
    rank.report({ ...step(1), phase: 'idle' });
    join({}, true);
    expect(states('gradwatch_rank_phase_state')).toEqual([['run="digits",rank="0"', 'idle']]);
    rank.end('lost', 1000, 'its stream ended without goodbye');
    join({ attempt: 1 }).report(step(1, { loss: 1 }));
    expect(runs.progress(1001)[0]!.ranks[0]).toMatchObject({ phase: null });
    expect(states('gradwatch_rank_phase_state')).toEqual([]);
  });

  it('holds no missing steps against a process that serves or only is evaluated', () => {
    const { runs, join } = start();
    const evaluation = { step: null, time: 900, dataset: 'test', slices: [], failures: [] };
    const [training, serving] = [join({ rank: 0 }), join({ rank: 1, role: 'inference' })];
    for (const { reports } of [training, serving]) reports.evaluation(evaluation, () => undefined);
    expect([training.state, serving.state]).toEqual(['initializing', 'healthy']);
    expect(runs.progress(1010)[0]?.ranks.map(({ rank }) => rank)).toEqual([0]);
  });

  it('does not hold it against a rank that the exporter was frozen or its clock was set', () => {
    const { runs, join } = start();
    join();
    const idle = () => runs.progress(now)[0]!.ranks[0]!.idle;
    let now = 1000;
    for (now of [1000, 1001, 1009]) runs.tick(now);
    expect(idle()).toBe(9);
    runs.tick((now = 1600));
    expect(idle()).toBe(9);
    runs.tick((now = 600));
    expect(idle()).toBe(9);
  });

  it('counts steps, not parts; samples, tokens, rollbacks, skipped and non-finite steps', () => {
    const { join, observations, step, text } = start();
    const rank = join();
    rank.report(step(1, { loss: 1, samples: 32 }));
    rank.report(step(1, { gradient_norm: Infinity, tokens: 1000 }));
    rank.report(step(1, { parameter_norm: NaN }));
    rank.report(step(2, { loss: 1, gradient_norm: Infinity, samples: 32 }, true));
    rank.report(step(2, { parameter_norm: 1 }, true));
    rank.report({ ...step(1, { loss: 1, samples: 32 }), time: 990 });
    rank.received(1, 5);
    const counts = text().matchAll(/^gradwatch_(\w+)_total\{run="digits",rank="0"\} (\d+)$/gm);
    expect(Object.fromEntries([...counts].map(([, name, value]) => [name!, Number(value)]))).toEqual({
      rank_rollbacks: 1,
      rank_dropped_steps: 5,
      train_steps: 3,
      train_samples: 96,
      train_tokens: 1000,
      train_nonfinite_steps: 1,
      train_skipped_steps: 1,
    });
    expect(observations.map(({ wentBack }) => wentBack)).toEqual([false, false, false, false, false, true]);
    expect(observations.map(({ skipped }) => skipped)).toEqual([false, false, false, true, true, false]);
  });

  it('treats what cannot be computed with in a way of its own, counts it, and shows it all the same', () => {
    const { join, observations, step, cleaned, text } = start();
    const rank = join();
    rank.report(step(1, { loss: 1 }));
    rank.report(step(1, { loss: 1 }));
    rank.report(step(4, { loss: 1, allocation_retries: 5 }));
    rank.report(step(3, { loss: 2 }));
    rank.report({ ...step(5, { loss: 1, allocation_retries: 2 }), time: 902 });
    rank.report({ ...step(6, { loss: 1 }), time: 1100 });
    rank.report({ ...step(2, { loss: 1 }), time: 1101 });
    expect(cleaned()).toEqual({
      duplicate: 1,
      out_of_order: 1,
      counter_reset: 1,
      clock_back: 1,
      clock_ahead: 2,
      step_back: 1,
    });
    expect(observations.map((each) => each.step)).toEqual([1, 4, 5, 6, 2]);
    expect(text()).toContain('gradwatch_train_steps_total{run="digits",rank="0"} 6\n');
    expect(text()).toContain('gradwatch_train_loss{run="digits",rank="0"} 1\n');
  });

  it('shows of a step that came late, or again, nothing that it tells beside its fields either', () => {
    const { join, step, text, cleaned } = start();
    const rank = join();
    const told = (value: number, phase: Phase) => ({
      phase,
      details: { gradientNormScope: 'shard' as const, auxiliaryLosses: { kl: value }, extras: { x: value } },
    });
    rank.report({ ...step(1, { loss: 1 }), ...told(1, 'train') });
    rank.report({ ...step(3, { loss: 3 }), ...told(3, 'train') });
    const shown = text().match(/^gradwatch_(train_auxiliary|train_extra|rank_phase).*$/gm);
    expect(shown?.filter((line) => line.endsWith(' 3'))).toHaveLength(2);
    rank.report({ ...step(2, { loss: 2 }), ...told(2, 'evaluation') });
    rank.report({ ...step(1, { loss: 1 }), ...told(1, 'evaluation') });
    expect(cleaned()).toEqual({ out_of_order: 1, duplicate: 1 });
    expect(text().match(/^gradwatch_(train_auxiliary|train_extra|rank_phase).*$/gm)).toEqual(shown);
  });

  it('shows the step at which a training stands still, whose loss and evaluation came in two calls', () => {
    const { join, runs, setTime, step, text } = start();
    const rank = join();
    for (const at of [1, 2]) {
      rank.report(step(at, { loss: 1 / at }));
      rank.report(step(at, { validation_loss: 2 / at, gradient_norm: at }));
    }
    rank.report(step(3, { loss: 0.25 }));
    rank.report(step(3, { validation_loss: 0.125 }));
    const shown = () => /^gradwatch_rank_step\{.*\} (.*)$/m.exec(text())?.[1];
    expect([shown(), text().includes('gradwatch_train_validation_loss{run="digits",rank="0"} 0.125\n')]).toEqual([
      '2',
      true,
    ]);
    setTime(1009);
    runs.tick(1009);
    expect(shown()).toBe('2');
    setTime(1011);
    runs.tick(1011);
    expect(shown()).toBe('3');
    expect(text()).toContain('gradwatch_train_loss{run="digits",rank="0"} 0.25\n');
    expect(text()).not.toContain('gradwatch_train_gradient_norm{');
  });

  it.each([
    ['a goodbye', 'finished'],
    ['a loss', 'lost'],
  ] as const)('shows the last step after %s, whatever of it did not come', (_, ending) => {
    const { join, step, text } = start();
    const rank = join();
    for (const at of [1, 2]) rank.report(step(at, { loss: 1, gradient_norm: 1 }));
    rank.report(step(3, { loss: 0.25 }));
    rank.end(ending, 1001, 'it ended');
    expect(text()).toContain('gradwatch_rank_step{run="digits",rank="0"} 3\n');
    expect(text()).toContain('gradwatch_train_loss{run="digits",rank="0"} 0.25\n');
  });

  it('shows the extremes of the last full window of the clock, and a mean without outliers', () => {
    const { join, runs, setTime, step, cleaned, text } = start();
    const rank = join();
    setTime(1020);
    for (let at = 0; at < 30; at += 1) {
      rank.report(step(at, { loss: at === 20 ? 1000 : 2 + (at % 5) / 10, step_seconds: 0.2, gradient_norm: NaN }));
    }
    const window = () =>
      [...text().matchAll(/^gradwatch_train_(\w+_window_\w+)\{.*\} (.*)$/gm)].map((match) => match.slice(1));
    expect(window()).toEqual([]);
    setTime(1079.9);
    rank.report(step(40, { step_seconds: 40 }));
    expect(cleaned()).toEqual({ outlier: 1 });
    setTime(1080);
    runs.tick(1080);
    expect(Object.fromEntries(window())).toMatchObject({
      loss_window_min: '2',
      loss_window_max: '1000',
      loss_window_values: '30',
      step_window_max_seconds: '40',
      step_window_values: '31',
    });
    expect(Number(new Map(window().map(([name, value]) => [name, value])).get('loss_window_mean'))).toBeCloseTo(2.2, 1);
    expect(text()).not.toContain('gradient_norm_window');
    runs.tick(1141);
    expect(window()).toEqual([]);
    expect(text()).toContain('gradwatch_train_step_duration_seconds_bucket{run="digits",rank="0",le="0.25"} 30\n');
    expect(text()).toContain('gradwatch_train_step_duration_seconds_count{run="digits",rank="0"} 31\n');
  });

  it('leaves the very same value out of means when it has come 32 times', () => {
    const { join, step, cleaned } = start();
    const rank = join();
    for (let at = 0; at < 40; at += 1) rank.report(step(at, { step_seconds: 0.25 }));
    expect(cleaned()).toEqual({ stuck: 9 });
  });

  it('goes back once after a restart from a checkpoint and not for its parts', () => {
    const { join, observations, step } = start();
    const rank = join();
    for (let at = 100; at < 150; at += 1) rank.report(step(at, { loss: 1 }));
    rank.end('lost', 1000, 'its stream ended without goodbye');
    join({ attempt: 1 }).report(step(100, { loss: 1 }));
    rank.report(step(100, { gradient_norm: 1 }));
    expect(observations.slice(-3).map(({ wentBack }) => wentBack)).toEqual([false, true, false]);
    expect(observations.at(-1)?.attempt).toBe(1);
  });

  it('takes the run for as good as its worst rank', () => {
    const { join, runs, step, states } = start();
    const run = () => states('gradwatch_run_state')[0]?.[1];
    const [zero, one] = [join(), join({ rank: 1 })];
    zero.report(step(1));
    expect(run()).toBe('initializing');
    one.report(step(1));
    expect(run()).toBe('healthy');
    runs.setCondition('digits', 1, 'degraded');
    expect(run()).toBe('degraded');
    one.end('lost', 1000, 'its stream ended without goodbye');
    expect(run()).toBe('lost');
  });

  it('applies a condition of the run to every rank that steps, and the worse of two', () => {
    const { join, runs, step, states } = start();
    join().report(step(1));
    join({ rank: 1 });
    runs.setCondition('digits', null, 'degraded');
    runs.setCondition('digits', 0, 'failing');
    const seen = () => states('gradwatch_rank_state').map(([, state]) => state);
    expect(seen()).toEqual(['initializing', 'failing']);
    runs.setCondition('digits', 0, 'healthy');
    expect(seen()).toEqual(['initializing', 'degraded']);
    runs.setCondition('digits', null, 'healthy');
    expect(seen()).toEqual(['healthy', 'initializing']);
    runs.setCondition('unheard of', 0, 'failing');
    expect(runs.listRuns()).toHaveLength(1);
  });

  it('lives again when its own process comes back, and begins anew with another', () => {
    const { join, transitions, events, step } = start();
    const rank = join();
    rank.report(step(1));
    rank.end('lost', 1000, 'its stream ended without goodbye');
    expect(join({}, true).state).toBe('healthy');
    rank.end('finished', 1001, 'it said goodbye');
    expect(join({ attempt: 1 }).state).toBe('initializing');
    expect(transitions.slice(2).map(({ from, to, reason, step }) => [from, to, reason, step])).toEqual([
      ['healthy', 'lost', 'its stream ended without goodbye', 1],
      ['lost', 'healthy', 'its process is back', 1],
      ['healthy', 'finished', 'it said goodbye', 1],
      ['finished', 'initializing', 'attempt 1 said hello', 1],
    ]);
    expect(events).toEqual(['digits ended', 'digits ended']);
  });

  it('ends a run with its last rank, once', () => {
    const { join, events } = start();
    const [zero, one] = [join(), join({ rank: 1 })];
    zero.end('finished', 1000, 'it said goodbye');
    expect(events).toEqual([]);
    one.end('failed', 1000, 'it said goodbye');
    zero.end('failed', 1000, 'it said goodbye');
    expect(events).toEqual(['digits ended']);
  });

  it('keeps the series of an ended run for its lifetime and drops them all then', () => {
    const { join, runs, events, text, step } = start();
    const rank = join();
    rank.report(step(1, { loss: 1 }));
    runs.tick(1_000_000);
    expect(text()).toContain('gradwatch_train_loss{run="digits",rank="0"} 1\n');
    rank.end('finished', 1000, 'it said goodbye');
    runs.tick(1000 + 3599);
    expect(text()).toContain('gradwatch_train_loss');
    runs.tick(1000 + 3600);
    expect(text()).toBe('');
    expect(events.at(-1)).toBe('digits forgotten');
    expect(runs.find('digits', 0)).toBeUndefined();
  });

  it('evicts the run that ended first, once every scrape has seen it, and refuses where there is none', () => {
    const { join, events, setTime, runs } = start({
      lifetime: 3600,
      return_within: 120,
      stale_after: 300,
      max_runs: 2,
      max_ranks: 256,
    });
    const [a, b] = [join({ run: 'a' }), join({ run: 'b' })];
    expect(() => join({ run: 'c' })).toThrow(new RunsLimitError('max_runs', 2));
    b.end('finished', 1000, 'it said goodbye');
    setTime(1001);
    a.end('finished', 1001, 'it said goodbye');
    setTime(1119);
    expect(() => join({ run: 'c' })).toThrow(RunsLimitError);
    setTime(1120);
    join({ run: 'c' });
    expect(events).toEqual(['b ended', 'a ended', 'b forgotten']);
    expect(runs.listRuns().map(({ run }) => run)).toEqual(['a', 'c']);
  });

  it('evicts what finished before what was lost or failed, however many runs come and go', () => {
    const { join, runs, setTime, text, step } = start({ max_runs: 3 });
    const lost = join({ run: 'lost' });
    lost.report(step(1, { loss: 1 }));
    lost.end('lost', 1000, 'its stream ended without goodbye');
    for (let time = 1060; time <= 10_000; time += 60) {
      setTime(time);
      join({ run: `short ${time}` }).end('finished', time, 'it said goodbye');
    }
    expect(text()).toContain('gradwatch_train_loss{run="lost",rank="0"} 1\n');
    setTime(20_000);
    for (const run of ['live', 'other live', 'third live']) join({ run });
    expect(runs.listRuns().map(({ run }) => run)).toEqual(['live', 'other live', 'third live']);
  });

  it('evicts what was lost or failed long ago where what finished is to be held yet', () => {
    const { join, runs, setTime } = start({ max_runs: 3, max_ranks: 3 });
    for (const run of ['failed', 'lost', 'finished']) join({ run });
    runs.find('failed', 0)!.end('failed', 1001, 'it said goodbye');
    runs.find('lost', 0)!.end('lost', 1000, 'its stream ended without goodbye');
    setTime(1200);
    runs.find('finished', 0)!.end('finished', 1200, 'it said goodbye');
    for (const run of ['c', 'd']) join({ run });
    expect(runs.listRuns().map(({ run }) => run)).toEqual(['finished', 'c', 'd']);
    expect(() => join({ run: 'e' })).toThrow(new RunsLimitError('max_runs', 3));
    for (const rank of [1, 2]) join({ run: 'c', rank });
    runs.find('c', 1)!.end('failed', 1000, 'it said goodbye');
    runs.find('c', 2)!.end('finished', 1200, 'it said goodbye');
    join({ run: 'c', rank: 3 });
    expect(runs.listRuns()[1]?.ranks.map(({ rank }) => rank)).toEqual([0, 2, 3]);
  });

  it('evicts the rank that ended first and refuses where all are alive', () => {
    const { join, events, runs, text, setTime } = start({
      lifetime: 3600,
      return_within: 120,
      stale_after: 300,
      max_runs: 2,
      max_ranks: 2,
    });
    const zero = join();
    join({ rank: 1 });
    expect(() => join({ rank: 2 })).toThrow(RunsLimitError);
    zero.end('lost', 1000, 'its stream ended without goodbye');
    expect(() => join({ rank: 2 })).toThrow(RunsLimitError);
    setTime(1120);
    join({ rank: 2 });
    expect(events).toEqual(['digits 0 forgotten']);
    expect(runs.listRuns()[0]?.ranks.map(({ rank }) => rank)).toEqual([1, 2]);
    expect(runs.listRuns()[0]?.state).toBe('initializing');
    expect(text()).not.toContain(',rank="0"');
  });

  it('bounds the ranks of all runs, and forgets a run with the last of its ranks', () => {
    const { join, events, runs, setTime } = start({ max_total_ranks: 2 });
    const [a] = [join({ run: 'a' }), join({ run: 'b' })];
    expect(() => join({ run: 'c' })).toThrow(new RunsLimitError('max_total_ranks', 2));
    expect(runs.holds('c')).toBe(false);
    a.end('lost', 1000, 'its stream ended without goodbye');
    setTime(1120);
    join({ run: 'c' });
    expect(events).toEqual(['a ended', 'a 0 forgotten', 'a forgotten']);
    expect(runs.listRuns().map(({ run }) => run)).toEqual(['b', 'c']);
  });

  it('describes run and rank as they said last, in one series each', () => {
    const { join, text } = start();
    join();
    join({ attempt: 1, worldSize: 4, framework: null, gpuUuid: null, localRank: null, node: 'say "hi"\\' });
    expect(text().match(/^gradwatch_r\w+_info\{.*$/gm)).toEqual([
      'gradwatch_run_info{run="digits",framework="pytorch 2.9.1",model="mlp",world_size="4",job=""} 1',
      'gradwatch_rank_info{run="digits",rank="0",uuid="",host="say \\"hi\\"\\\\",attempt="1",local_rank="",role="training",' +
        'data_rank="",tensor_rank="",pipeline_rank="",expert_rank="",context_rank=""} 1',
    ]);
  });

  it('describes anew what the same process says otherwise, or another rank said otherwise of its run', () => {
    const { join, text } = start();
    const infos = () => text().match(/^gradwatch_r\w+_info\{.*$/gm) ?? [];
    join({ parallel: { data: { index: 0, size: 2 } }, labels: { team: 'a' } });
    const first = infos();
    join({ parallel: { data: { index: 0, size: 2 } }, labels: { team: 'a' } }, true);
    expect(infos()).toEqual(first);
    join({ parallel: { data: { index: 1, size: 2 } }, labels: { team: 'b' } }, true);
    expect(infos().join()).toMatch(/name="team",value="b".*data_rank="1"/s);
    join({ rank: 1, labels: { team: 'c' } });
    join({ parallel: { data: { index: 1, size: 2 } }, labels: { team: 'b' } }, true);
    expect(infos().join()).toMatch(/name="team",value="b"/);
    join({ pod: { namespace: 'n', name: 'p' } }, true);
    join({}, true);
    expect(infos().join()).not.toContain('gradwatch_rank_pod_info');
  });

  it('takes the GPU on which a process was found where its worker names none, until another process speaks', () => {
    const { join, runs, text } = start();
    const [named, nameless] = [join({ gpuUuid: 'GPU-0' }), join({ rank: 1, gpuUuid: null })];
    named.placeOn('GPU-7');
    nameless.placeOn('GPU-1');
    expect(runs.gpusOf('digits', null)).toEqual(['GPU-0', 'GPU-1']);
    expect(runs.progress(1000)[0]?.ranks.map(({ uuid }) => uuid)).toEqual(['GPU-0', 'GPU-1']);
    expect(runs.listRuns()[0]?.ranks.map(({ gpuUuid }) => gpuUuid)).toEqual(['GPU-0', 'GPU-1']);
    expect(text().match(/^gradwatch_rank_info\{.*rank="1",uuid="[^"]*"/gm)).toEqual([
      'gradwatch_rank_info{run="digits",rank="1",uuid="GPU-1"',
    ]);
    join({ rank: 1, gpuUuid: null, attempt: 1 });
    expect(runs.gpusOf('digits', 1)).toEqual([]);
    expect(text()).not.toContain('uuid="GPU-1"');
  });

  it('takes the GPU of the MIG instance that a worker names, and keeps it though nothing more is read of that GPU', () => {
    const { join, runs, text } = start();
    join({ gpuUuid: 'MIG-a' });
    join({ rank: 1, gpuUuid: 'MIG-GPU-7/3/0' });
    expect(runs.gpusOf('digits', null)).toEqual(['MIG-a', 'GPU-7']);
    runs.placeInstances(new Map([['MIG-a', 'GPU-0']]));
    runs.placeInstances(new Map([['MIG-b', 'GPU-1']]));
    expect(runs.gpusOf('digits', null)).toEqual(['GPU-0', 'GPU-7']);
    expect(runs.progress(1000)[0]?.ranks).toMatchObject([{ uuid: 'GPU-0', instance: 'MIG-a' }, { uuid: 'GPU-7' }]);
    expect(text()).toContain('gradwatch_rank_info{run="digits",rank="0",uuid="GPU-0"');
    expect(text()).not.toContain('uuid="MIG');
    // Others were made in its place, and a process was found in one.
    runs.placeInstances(new Map([['MIG-c', 'GPU-0']]));
    expect(runs.gpusOf('digits', 0)).toEqual(['MIG-a']);
    runs.find('digits', 0)?.placeOn('GPU-0');
    expect(runs.gpusOf('digits', 0)).toEqual(['GPU-0']);
  });

  it('tells where a rank stands in the parallel layout, and the job and labels of its run', () => {
    const { join, runs, text } = start();
    join({ job: '4711', labels: { team: 'vision' }, parallel: { data: { index: 1, size: 2 } } });
    join({ rank: 1, role: 'inference' });
    const lines = text();
    expect(lines).toContain(',world_size="2",job="4711"} 1');
    expect(lines).toContain('gradwatch_run_label_info{run="digits",name="team",value="vision"} 1');
    expect(lines).toMatch(/rank="0",.*role="training",data_rank="1",tensor_rank=""/);
    expect(lines).toMatch(/rank="1",.*role="inference",data_rank=""/);
    expect(runs.listRuns()[0]).toMatchObject({ job: '4711', labels: { team: 'vision' } });
    join({ labels: { team: 'language', seed: '7' } });
    expect(text().match(/^gradwatch_run_label_info\{.*$/gm)).toEqual([
      'gradwatch_run_label_info{run="digits",name="team",value="language"} 1',
      'gradwatch_run_label_info{run="digits",name="seed",value="7"} 1',
    ]);
    runs.find('digits', 0)?.end('finished', 1000, 'it said goodbye');
    runs.find('digits', 1)?.end('finished', 1000, 'it said goodbye');
    runs.tick(1_000_000);
    expect(text()).not.toContain('gradwatch_run_label_info');
  });

  it('tells the pod of a rank, as long as its process does', () => {
    const { join, runs, text } = start();
    join({ pod: { namespace: 'research', name: 'train-0' } });
    expect(text()).toContain('gradwatch_rank_pod_info{run="digits",rank="0",namespace="research",pod="train-0"} 1');
    join({ pod: { namespace: 'research', name: 'train-1' } });
    expect(text().match(/^gradwatch_rank_pod_info\{.*$/gm)).toHaveLength(1);
    join();
    expect(text()).not.toContain('gradwatch_rank_pod_info{');
    join({ pod: { namespace: 'research', name: 'train-2' } });
    runs.find('digits', 0)?.end('finished', 1000, 'it said goodbye');
    runs.tick(1_000_000);
    expect(text()).not.toContain('gradwatch_rank_pod_info{');
  });

  it('lists plain facts, non-finite values included', () => {
    const { join, runs, step } = start();
    join({ rank: 1, localRank: 1 });
    const rank = join();
    rank.report(step(3, { loss: NaN, gradient_norm: Infinity, learning_rate: 0.1 }));
    rank.end('failed', 1000, 'it said goodbye');
    expect(runs.listRuns()).toEqual([
      {
        run: 'digits',
        state: 'failed',
        framework: 'pytorch 2.9.1',
        model: 'mlp',
        job: null,
        labels: {},
        worldSize: 2,
        startedAt: 1000,
        endedAt: null,
        ranks: [
          {
            rank: 0,
            state: 'failed',
            attempt: 0,
            localRank: 0,
            node: 'node-a',
            gpuUuid: 'GPU-1',
            role: 'training',
            parallel: {},
            endedAt: 1000,
            step: 3,
            stepTime: 903,
            values: { loss: NaN, gradient_norm: Infinity, learning_rate: 0.1 },
          },
          {
            rank: 1,
            state: 'initializing',
            attempt: 0,
            localRank: 1,
            node: 'node-a',
            gpuUuid: 'GPU-1',
            role: 'training',
            parallel: {},
            endedAt: null,
            step: null,
            stepTime: null,
            values: {},
          },
        ],
      },
    ]);
  });
});
