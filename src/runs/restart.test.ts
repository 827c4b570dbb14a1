import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expose, SeriesTable } from '../series/index.ts';
import { runsDefaults } from '../../test/support/runs-options.ts';
import { fromLine, toLine } from '../snapshot/index.ts';
import type { Observation, RankTransition } from './observation.ts';
import type { RankHello } from './hello.ts';
import type { Rank } from './rank.ts';
import type { StepReport } from './recent-steps.ts';
import type { RunsOptions } from './options.ts';
import { Runs } from './runs.ts';

const hello: RankHello = {
  run: 'digits',
  rank: 0,
  session: 'session-0123456789',
  worldSize: 2,
  localRank: 0,
  attempt: 0,
  node: 'node-a',
  gpuUuid: 'GPU-1',
  framework: 'pytorch 2.9.1',
  model: 'mlp',
  process: { pid: 7, bootId: 'b', startTicks: 9 },
  job: null,
  role: 'training',
  parallel: {},
  labels: {},
};

function start({ time: began = 1000, ...limits }: { readonly time?: number } & Partial<RunsOptions> = {}) {
  const table = new SeriesTable();
  const observations: Observation[] = [];
  const told: string[] = [];
  let time = began;
  const runs = new Runs({
    table,
    options: { ...runsDefaults, ...limits },
    now: () => time,
    hold: () => 120,
    listener: {
      observation: (observation) => observations.push(observation),
      transition: ({ from, to, reason }: RankTransition) => told.push(`${from} ${to}: ${reason}`),
      runEnded: (run) => told.push(`${run} ended`),
      rankForgotten: (run, rank) => told.push(`${run} ${rank} forgotten`),
      runForgotten: (run) => told.push(`${run} forgotten`),
    },
  });
  // What the exporter counts of itself begins anew.
  const text = (): string => expose('text', table.snapshot()).replaceAll(/^.*gradwatch_exporter_.*\n/gm, '');
  return {
    runs,
    observations,
    told,
    text,
    state: (rank = 0) => runs.find('digits', rank)?.state,
    tickAt: (at: number) => {
      time = at;
      runs.tick(at);
    },
  };
}

/** Another exporter that found what this one has written, all of it or the given parts. */
function restarted(before: ReturnType<typeof start>, more: Parameters<typeof start>[0] = {}) {
  const after = start(more);
  const overLimits: string[] = [];
  const problems = [...before.runs.section.save()].map((part) =>
    after.runs.section.restore(fromLine(toLine(part)), ({ option, limit }) => overLimits.push(`${option} ${limit}`)),
  );
  return { ...after, overLimits, problems: problems.filter((problem) => problem !== null) };
}

const value = fc.oneof(fc.double({ noNaN: true, min: 0, max: 9 }), fc.constantFrom(NaN, Infinity));
/** Steps in order and not, in parts and repeated. */
const reports = fc.array(
  fc.record({
    step: fc.nat(14),
    values: fc.record(
      { loss: value, gradient_norm: value, validation_loss: value, samples: fc.nat(64) },
      { requiredKeys: [] },
    ),
    skipped: fc.boolean(),
  }),
  { maxLength: 40 },
);

function take(rank: Rank, report: Omit<StepReport, 'time'>, at: number): void {
  rank.report({ ...report, time: 900 + at });
  rank.received(at + 1, at >> 2);
}

describe('runs after a restart of the exporter', () => {
  it('show and publish what they would have without it, wherever it comes', () => {
    fc.assert(
      fc.property(reports, fc.nat(), (all, random) => {
        const cut = random % (all.length + 1);
        const whole = start();
        const rank = whole.runs.join(hello, false);
        const before = start();
        const early = before.runs.join(hello, false);
        for (const [at, report] of all.entries()) take(rank, report, at);
        for (const [at, report] of all.slice(0, cut).entries()) take(early, report, at);
        const after = restarted(before);
        expect(after.problems).toEqual([]);
        expect(after.state()).toBe('incomplete');
        const late = after.runs.join(hello, true);
        expect(late.intake.sequence).toBe(cut);
        expect(after.text()).toBe(before.text());
        for (const [at, report] of all.slice(cut).entries()) take(late, report, cut + at);
        expect(after.text()).toBe(whole.text());
        expect(after.runs.listRuns()).toEqual(whole.runs.listRuns());
        expect(after.observations).toEqual(whole.observations.slice(before.observations.length));
      }),
    );
  });

  it('do not lose a rank whose process reports by single calls, and let it go in the end', () => {
    const before = start();
    before.runs.join(hello, false).reportsByCalls(1000);
    const after = restarted(before, { time: 5000 });
    after.tickAt(5121);
    expect(after.state()).toBe('incomplete');
    expect(after.told).toContain('digits ended');
    after.tickAt(5121 + 3600);
    expect(after.state()).toBeUndefined();
    expect(after.told.join()).not.toContain('lost');
  });

  it('wait for ranks that were alive, and give them up when they do not come back', () => {
    const before = start();
    before.runs.join(hello, false).report({ step: 7, time: 900, values: { loss: 1 }, skipped: false });
    const after = restarted(before, { time: 5000 });
    expect(after.text()).toContain('gradwatch_run_state{run="digits",state="incomplete"} 1');
    after.tickAt(5119);
    expect([after.state(), after.told]).toEqual(['incomplete', []]);
    after.tickAt(5120);
    expect(after.told).toEqual(['incomplete lost: it has not come back since the exporter restarted', 'digits ended']);
    after.tickAt(5120 + 3600);
    expect([after.told.at(-1), after.text()]).toEqual(['digits forgotten', '']);
  });

  it('know ranks that had ended, tell nothing of it again, and keep the rest of their lifetime', () => {
    const before = start();
    before.runs.join(hello, false).end('lost', 1000, 'its stream ended without goodbye');
    const after = restarted(before, { time: 4000 });
    expect([after.state(), after.told]).toEqual(['lost', []]);
    after.tickAt(4599);
    expect(after.state()).toBe('lost');
    after.tickAt(4600);
    expect(after.told).toEqual(['digits forgotten']);
  });

  it('begin a rank anew for another process, and keep its counts', () => {
    const before = start();
    before.runs.join(hello, false).report({ step: 7, time: 900, values: { loss: 1 }, skipped: false });
    const after = restarted(before);
    const rank = after.runs.join({ ...hello, session: 'another-0123456789', attempt: 1 }, false);
    expect([after.state(), rank.intake.sequence]).toEqual(['initializing', 0]);
    expect(after.text()).toContain('gradwatch_train_steps_total{run="digits",rank="0"} 1');
  });

  it('know which batches are on disk only when they are told so, also those that came meanwhile', () => {
    const { runs } = start();
    const { section } = runs;
    const rank = runs.join(hello, false);
    const before = section.revision();
    rank.received(1, 0);
    expect(section.revision()).toBeGreaterThan(before);
    expect([...section.save()]).toHaveLength(1);
    rank.received(2, 0);
    expect(rank.intake.onDisk).toBe(0);
    section.saved?.();
    expect(rank.intake.onDisk).toBe(1);
    expect([...section.save()]).toHaveLength(1);
    const other = runs.join({ ...hello, session: 'another-0123456789' }, false);
    section.saved?.();
    expect(other.intake.onDisk).toBe(0);
  });

  it('know no batch as on disk of a rank for which there was no room, and go on with the others', () => {
    const { runs } = start();
    const { section } = runs;
    const [large, small] = [runs.join(hello, false), runs.join({ ...hello, rank: 1 }, false)];
    for (const rank of [large, small]) rank.received(1, 0);
    const [part] = section.save();
    section.leftOut?.(part);
    section.saved?.();
    expect([large.intake.onDisk, small.intake.onDisk]).toEqual([0, 0]);
    for (const each of section.save())
      if ((each as { rank: { hello: RankHello } }).rank.hello.rank === 0) section.leftOut?.(each);
    section.saved?.();
    expect([large.intake.onDisk, small.intake.onDisk]).toEqual([0, 1]);
  });

  it('leave out what has no place any more, what is there twice, and what is no rank', () => {
    const before = start();
    for (const run of ['a', 'b', 'c']) before.runs.join({ ...hello, run }, false);
    const after = restarted(before, { max_runs: 2 });
    expect([after.problems, after.overLimits]).toEqual([[], ['max_runs 2']]);
    expect(after.runs.listRuns().map(({ run }) => run)).toEqual(['a', 'b']);
    const [part] = before.runs.section.save();
    expect(after.runs.section.restore(part)).toBe('it is there twice');
    expect(after.runs.section.restore({ rank: 1 })).toBe('it is not of the expected shape');
  });

  it('tell of every rank and every name for which the limits of now have no room', () => {
    const before = start();
    const nothing = (): void => undefined;
    for (const rank of [0, 1, 2]) {
      const { reports } = before.runs.join({ ...hello, rank, worldSize: 3 }, false);
      const slices = [{ slice: '', samples: 9, metrics: { auc: 0.9, loss: 0.1 } }];
      const layers = ['first', 'second'].map((name) => ({ name, values: { weight_norm: 1, gradient_norm: 2 } }));
      reports.details({ gradientNormScope: null, extras: { a: 1, b: 2 }, auxiliaryLosses: {} }, nothing);
      reports.layers({ step: 1, time: 7, layers }, nothing);
      reports.evaluation({ dataset: 'val', step: 1, time: 7, slices, failures: [] }, nothing);
      const outputs = { classes: ['cat', 'dog'], counts: [3, 4] };
      const unknown = { requests: 3, errors: null, inputTokens: null, outputTokens: null, latency: null };
      reports.serving({ time: 7, ...unknown, outputs }, nothing);
    }
    expect(restarted(before)).toMatchObject({ problems: [], overLimits: [] });
    const after = restarted(before, { max_ranks: 2, max_run_series: 3 });
    expect(after.problems).toEqual([]);
    // Of the first rank two layers, the slices of a data set and two classes; of the second all of these and two extras; and the third rank.
    expect(after.overLimits).toEqual([...Array.from({ length: 5 + 7 }, () => 'max_run_series 3'), 'max_ranks 2']);
    expect(after.text().match(/^gradwatch_train_extra\{.*/gm)).toHaveLength(2);
  });

  it('goes on counting events and what was served, and shows evaluations and the phase', () => {
    const before = start();
    const early = before.runs.join(hello, false);
    const nothing = (): void => undefined;
    const event = { type: 'exception', step: 1, time: 7, message: null, value: null } as const;
    const served = {
      ...{ time: 7, requests: 3, errors: null, inputTokens: null, outputTokens: null },
      ...{ latency: { bounds: [0.1], counts: [1, 2], sum: 4 }, outputs: { classes: ['cat'], counts: [3] } },
    };
    const slices = [{ slice: '', samples: 9, metrics: { auc: NaN } }];
    early.reports.phase({ phase: 'evaluation', step: 1, time: 7 });
    early.reports.evaluation({ dataset: 'val', step: 1, time: 7, slices, failures: [] }, nothing);
    early.reports.event(event);
    early.reports.serving(served, nothing);
    const after = restarted(before);
    expect(after.problems).toEqual([]);
    const late = after.runs.join(hello, true);
    expect(after.text()).toBe(before.text());
    late.reports.event(event);
    late.reports.serving(served, nothing);
    expect(after.text()).toContain('gradwatch_train_events_total{run="digits",rank="0",type="exception"} 2');
    expect(after.text()).toContain('gradwatch_serving_outputs_total{run="digits",rank="0",class="cat"} 6');
    expect(after.text()).toContain('gradwatch_serving_latency_seconds_sum{run="digits",rank="0"} 8');
  });

  it('shows the extras, layers, inputs and outputs that were reported last', () => {
    const before = start();
    const early = before.runs.join(hello, false);
    const nothing = (): void => undefined;
    const details = {
      gradientNormScope: 'shard',
      extras: { accuracy: NaN, f1: 0.5, ['__proto__']: 2, constructor: 3 },
      auxiliaryLosses: { z: 2 },
    } as const;
    early.report({ step: 1, time: 7, values: { loss: 1 }, skipped: false, details });
    early.reports.layers({ step: 1, time: 7, layers: [{ name: 'in', values: { weight_norm: 3 } }] }, nothing);
    early.reports.layers({ step: 1, time: 7, layers: [{ name: 'out', values: { fraction_dead: 0 } }] }, nothing);
    const tensor = {
      step: 1,
      time: 7,
      count: 4,
      mean: null,
      variance: Infinity,
      fractionNonFinite: 0,
      reference: false,
    };
    const classes = { classes: ['cat', 'dog'], counts: [3, 1] };
    early.reports.tensor({ ...tensor, name: 'answer', kind: 'output', distribution: classes }, nothing);
    early.reports.tensor({ ...tensor, name: 'pixels', kind: 'input', distribution: null }, nothing);
    const after = restarted(before);
    expect(after.problems).toEqual([]);
    const late = after.runs.join(hello, true);
    expect(after.text()).toBe(before.text());
    expect(after.text()).toContain('gradwatch_train_extra{run="digits",rank="0",name="accuracy"} NaN');
    late.reports.layers({ step: 2, time: 8, layers: [{ name: 'out', values: { fraction_dead: 0.5 } }] }, nothing);
    expect(after.text()).not.toContain('layer="in"');
  });
});
