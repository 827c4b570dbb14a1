import { describe, expect, it } from 'vitest';
import { runsDefaults } from '../../test/support/runs-options.ts';
import type { Batch } from '../protocol/index.ts';
import { Runs, type RankHello, type RunListener, type RunsOptions } from '../runs/index.ts';
import { expose, SeriesTable } from '../series/index.ts';
import type { Refusal } from './refusals.ts';
import { costOf, takeBatch } from './take-batch.ts';

const arrival = 1_800_000_000;
const hello: RankHello = {
  ...{ run: 'digits', rank: 0, session: 's', worldSize: 1, localRank: 0, attempt: 2, node: null, gpuUuid: null },
  ...{ process: null, framework: null, model: null, job: null, role: 'training', parallel: {}, labels: {} },
};
const identity = { run: 'digits', rank: 0, attempt: 2 };

function start(limits: Partial<RunsOptions> = {}) {
  const table = new SeriesTable();
  const heard: unknown[] = [];
  const hear = (kind: string) => (report: unknown) => heard.push({ kind, report });
  const listener: RunListener = {
    observation: hear('step'),
    transition: () => undefined,
    runEnded: () => undefined,
    rankForgotten: () => undefined,
    runForgotten: () => undefined,
    phase: hear('phase'),
    evaluation: hear('evaluation'),
    layers: hear('layers'),
    tensor: hear('tensor'),
    event: hear('event'),
    serving: hear('serving'),
  };
  const options = { ...runsDefaults, ...limits };
  const runs = new Runs({ table, listener, options, now: () => arrival, hold: () => 0 });
  const rank = runs.join(hello, false);
  const refusals: Refusal[] = [];
  return {
    runs,
    rank,
    heard,
    refusals,
    codes: () => refusals.map(({ code }) => code),
    take: (batch: Batch) =>
      takeBatch(batch, rank, { arrival, limits: options, refused: (refusal) => refusals.push(refusal) }),
    /** The series whose names begin so, without run and rank. */
    lines: (prefix: string) =>
      expose('text', table.snapshot())
        .split('\n')
        .filter((line) => line.startsWith(prefix))
        .map((line) => line.replace('run="digits",rank="0"', '').replace('{,', '{')),
  };
}

describe('takeBatch', () => {
  it('shows and publishes extras, auxiliary losses and what the gradient norm is of', () => {
    const { take, lines, heard } = start();
    const extras = { accuracy: 0.5, odd: NaN };
    take({
      steps: [{ step: 1, loss: 2, extras, auxiliary_losses: { kl: 1 }, gradient_norm_scope: 'NORM_SCOPE_SHARD' }],
    });
    expect(lines('gradwatch_train_extra')).toEqual([
      'gradwatch_train_extra{name="accuracy"} 0.5',
      'gradwatch_train_extra{name="odd"} NaN',
    ]);
    expect(lines('gradwatch_train_auxiliary_loss')).toEqual(['gradwatch_train_auxiliary_loss{name="kl"} 1']);
    expect(lines('gradwatch_train_gradient_norm_info')).toEqual([
      'gradwatch_train_gradient_norm_info{scope="shard"} 1',
    ]);
    expect(heard).toMatchObject([
      {
        kind: 'step',
        report: { step: 1, details: { extras, auxiliaryLosses: { kl: 1 }, gradientNormScope: 'shard' } },
      },
    ]);
  });

  it('bounds the names of a rank, over all its reports, and tells which was one too many', () => {
    const { take, lines, refusals, heard } = start({ max_extras: 2 });
    take({ steps: [{ step: 1, extras: { a: 1, b: 2 } }] });
    take({ steps: [{ step: 2, extras: { c: 3, b: 4 } }] });
    expect(lines('gradwatch_train_extra').sort()).toEqual([
      'gradwatch_train_extra{name="a"} 1',
      'gradwatch_train_extra{name="b"} 4',
    ]);
    expect(refusals).toMatchObject([
      { code: 'name_limit', status: null, message: '"c" is one more than the 2 of runs.max_extras; it was left out' },
    ]);
    expect(heard[1]).toMatchObject({ report: { details: { extras: { b: 4 } } } });
  });

  it('leaves out names that cannot be labels', () => {
    const { take, codes } = start();
    take({ steps: [{ step: 1, extras: { '': 1, 'a\u0000': 2, ['x'.repeat(129)]: 3, good: 4 } }] });
    expect(codes()).toEqual(['name_invalid', 'name_invalid', 'name_invalid']);
  });

  it('tells phases apart from steps, each change once', () => {
    const { take, lines, heard, rank } = start();
    take({ steps: [{ step: 0, unix_nanos: 1e18, phase: 'PHASE_INIT' }] });
    expect(rank.state).toBe('initializing');
    take({
      steps: [
        { step: 1, loss: 1, phase: 'PHASE_TRAIN' },
        { step: 2, loss: 1, phase: 'PHASE_TRAIN' },
      ],
    });
    take({ steps: [{ step: 2, phase: 'PHASE_CHECKPOINT' }] });
    expect(heard.flatMap((each) => ((each as { kind: string }).kind === 'phase' ? [each] : []))).toMatchObject([
      { report: { ...identity, phase: 'init', step: 0, time: 1e9 } },
      { report: { phase: 'train', step: 1 } },
      { report: { phase: 'checkpoint', step: 2 } },
    ]);
    expect(lines('gradwatch_train_steps_total')).toEqual(['gradwatch_train_steps_total{} 2']);
    expect(lines('gradwatch_rank_phase_state').filter((line) => line.endsWith(' 1'))).toEqual([
      'gradwatch_rank_phase_state{state="checkpoint"} 1',
    ]);
  });

  it('shows the last evaluation of each data set, with its slices and failures', () => {
    const { take, lines, heard } = start();
    const first = {
      dataset: 'val',
      step: 10,
      slices: [{ samples: 9, metrics: { auc: 0.9, old: 1 } }, { slice: 'size:large' }],
    };
    take({ evaluations: [first] });
    const failure = { metric: 'auc', bound: 'BOUND_LOWER', value: 0.5, threshold: 0.8 } as const;
    take({
      evaluations: [{ dataset: 'val', step: 20, slices: [{ slice: '', metrics: { auc: NaN } }], failures: [failure] }],
    });
    expect(lines('gradwatch_train_evaluation_')).toEqual([
      'gradwatch_train_evaluation_step{dataset="val"} 20',
      `gradwatch_train_evaluation_timestamp_seconds{dataset="val"} ${arrival}`,
      'gradwatch_train_evaluation_failures{dataset="val"} 1',
      'gradwatch_train_evaluation_metric{dataset="val",slice="",metric="auc"} NaN',
    ]);
    expect(heard[1]).toEqual({
      kind: 'evaluation',
      report: {
        ...identity,
        dataset: 'val',
        step: 20,
        time: arrival,
        slices: [{ slice: '', samples: null, metrics: { auc: NaN } }],
        failures: [{ metric: 'auc', slice: '', bound: 'lower', value: 0.5, threshold: 0.8 }],
      },
    });
  });

  it('leaves out no failure for its names or for a bound of a later version', () => {
    const { take, codes, heard } = start();
    const long = 'h'.repeat(200);
    take({
      evaluations: [
        {
          dataset: 'val',
          failures: [
            { metric: long, slice: `size:${long}`, bound: 'BOUND_UPPER', value: 2, threshold: 1 },
            { slice: 'a\u0000b', bound: 'BOUND_UNSPECIFIED', value: 2, threshold: 1 },
          ],
        },
      ],
    });
    expect(codes()).toEqual(['enum_unknown']);
    expect(heard[0]).toMatchObject({
      report: {
        failures: [
          { metric: 'h'.repeat(128), slice: `size:${'h'.repeat(123)}`, bound: 'upper', value: 2, threshold: 1 },
          { metric: 'validation_not_ok', slice: 'a b', bound: 'lower', value: 2, threshold: null },
        ],
      },
    });
  });

  it('bounds slices, metrics and data sets, and leaves out an evaluation of nothing', () => {
    const { take, codes, lines } = start({ max_slices: 1, max_slice_metrics: 1, max_datasets: 1 });
    take({ evaluations: [{ dataset: 'val', slices: [{ metrics: { a: 1, b: 2 } }, { slice: 'x' }] }] });
    take({ evaluations: [{ dataset: 'test' }, {}] });
    expect(codes()).toEqual(['length_limit', 'length_limit', 'name_limit', 'name_invalid']);
    expect(lines('gradwatch_train_evaluation_metric')).toHaveLength(1);
    expect(lines('gradwatch_train_evaluation_timestamp')).toHaveLength(1);
  });

  it('bounds the series of all names of a run, shows on what was there, and has place again when something goes', () => {
    const { take, refusals, lines } = start({ max_run_series: 10 });
    const metrics = { a: 1, b: 2, c: 3 };
    take({ evaluations: [{ dataset: 'val', slices: [{ metrics }] }] });
    take({ evaluations: [{ dataset: 'val', slices: [{ metrics }, { slice: 'x', metrics }] }] });
    take({ steps: [{ step: 1, extras: { e: 1, f: 2, g: 3, h: 4 } }] });
    const told = (name: string) => ({
      code: 'series_limit',
      status: null,
      message: `"${name}" would make more than the 10 series of names that a run may hold (runs.max_run_series); it was left out`,
    });
    expect(refusals).toEqual([told('val'), told('h')]);
    expect(lines('gradwatch_train_evaluation_metric')).toHaveLength(3);
    expect(lines('gradwatch_train_extra')).toHaveLength(3);
    take({ evaluations: [{ dataset: 'val', slices: [{ metrics: { a: 4 } }] }] });
    take({ steps: [{ step: 2, extras: { h: 4 } }] });
    expect(lines('gradwatch_train_extra')).toHaveLength(4);
  });

  it('counts every kind of report among the series of a run, and gives all back with its rank', () => {
    const reports: Batch = {
      steps: [{ step: 1, extras: { e: 1 }, auxiliary_losses: { a: 1 } }],
      evaluations: [
        { dataset: 'val', slices: [{ metrics: { a: 1 } }], failures: [{ metric: 'a', bound: 'BOUND_LOWER' }] },
      ],
      layer_reports: [{ step: 1, layers: [{ name: 'a', weight_norm: 1, gradient_norm: 1 }, { name: 'b' }] }],
      tensor_reports: [false, true].map((reference) => ({
        ...{ name: 'x', kind: 'KIND_INPUT', reference },
        distribution: { classes: ['a', 'b'], counts: [1, 2] },
      })),
      serving_reports: [{ outputs: { classes: ['a', 'b'], counts: [1, 2] } }],
    };
    // Of steps 2, of the evaluation 6, of layers 3, of the tensor 1 and 5 twice, of what was served 2.
    expect(start({ max_run_series: 24 })).toSatisfy(({ take, codes }: ReturnType<typeof start>) => {
      take(reports);
      return codes().length === 0;
    });
    const { take, codes, runs, rank } = start({ max_run_series: 23, max_ranks: 1 });
    take(reports);
    expect(codes()).toEqual(['series_limit']);
    rank.end('finished', arrival, 'it said goodbye');
    const next = runs.join({ ...hello, rank: 1 }, false);
    const refused: Refusal[] = [];
    takeBatch(reports, next, { arrival, limits: runs.limits, refused: (refusal) => refused.push(refusal) });
    expect(refused.map(({ code }) => code)).toEqual(['series_limit']);
  });

  it('shows the layers of one step: more of the same are added, those of another replace them', () => {
    const { take, lines, heard } = start();
    take({
      layer_reports: [
        { step: 5, layers: [{ name: 'embed', weight_norm: 2, fraction_dead: 0.5 }] },
        { step: 5, layers: [{ name: 'head', gradient_norm: Infinity }] },
      ],
    });
    expect(lines('gradwatch_train_layer')).toEqual([
      'gradwatch_train_layer_gradient_norm{layer="head"} +Inf',
      'gradwatch_train_layer_weight_norm{layer="embed"} 2',
      'gradwatch_train_layer_dead_ratio{layer="embed"} 0.5',
      'gradwatch_train_layers_step{} 5',
    ]);
    take({ layer_reports: [{ step: 6, layers: [{ name: 'embed', gradient_norm: 1 }] }] });
    expect(lines('gradwatch_train_layer_')).toEqual(['gradwatch_train_layer_gradient_norm{layer="embed"} 1']);
    expect(heard[0]).toEqual({
      kind: 'layers',
      report: {
        ...identity,
        step: 5,
        time: arrival,
        layers: [{ name: 'embed', values: { weight_norm: 2, fraction_dead: 0.5 } }],
      },
    });
  });

  it('bounds layers, and leaves out figures that cannot be', () => {
    const { take, codes, lines } = start({ max_layers: 2 });
    const layers = ['a', 'b', 'c'].map((name) => ({ name, fraction_zero: 1.5, weight_norm: -1, update_ratio: NaN }));
    take({ layer_reports: [{ step: 1, layers }, {}] });
    expect(new Set(codes())).toEqual(new Set(['length_limit', 'number_invalid']));
    expect(lines('gradwatch_train_layer_')).toHaveLength(2);
    take({ layer_reports: [{ step: 1, layers: [{ name: 'd' }] }] });
    expect(codes().at(-1)).toBe('name_limit');
  });

  it('keeps a layer once however often it is told', () => {
    const { take, rank, lines } = start();
    for (const values of [{ weight_norm: 1 }, { weight_norm: 2 }, { gradient_norm: 3 }]) {
      take({ layer_reports: [{ step: 1, layers: [{ name: 'a', ...values }] }] });
    }
    expect(rank.reports.save().layers?.layers).toEqual([{ name: 'a', values: { weight_norm: 2, gradient_norm: 3 } }]);
    expect(lines('gradwatch_train_layer_')).toHaveLength(2);
  });

  it('shows inputs and outputs with the shares of their classes, and only passes on a reference', () => {
    const { take, lines, heard } = start();
    take({
      tensor_reports: [
        {
          ...{ name: 'pixels', kind: 'KIND_INPUT', mean: 0.5, variance: 0.1, fraction_nonfinite: 0, count: 64 },
          // Bins of numbers are for detectors: each would be a series that no rule asks for.
          distribution: { edges: [0, 1, 2], counts: [40, 24] },
        },
        { name: 'label', kind: 'KIND_OUTPUT', distribution: { classes: ['cat', 'dog'], counts: [3, 1] } },
        { name: 'pixels', kind: 'KIND_INPUT', mean: 9, reference: true, distribution: { edges: [0, 1], counts: [4] } },
      ],
    });
    expect(lines('gradwatch_train_tensor')).toEqual([
      'gradwatch_train_tensor_values{kind="input",name="pixels"} 64',
      'gradwatch_train_tensor_mean{kind="input",name="pixels"} 0.5',
      'gradwatch_train_tensor_variance{kind="input",name="pixels"} 0.1',
      'gradwatch_train_tensor_nonfinite_ratio{kind="input",name="pixels"} 0',
      'gradwatch_train_tensor_class_ratio{kind="output",name="label",class="cat"} 0.75',
      'gradwatch_train_tensor_class_ratio{kind="output",name="label",class="dog"} 0.25',
    ]);
    expect(heard).toMatchObject([
      { report: { distribution: { edges: [0, 1, 2], counts: [40, 24] } } },
      {},
      { report: { reference: true, distribution: { edges: [0, 1], counts: [4] } } },
    ]);
  });

  it.each([
    ['without kind', { name: 'a' }, 'enum_unknown'],
    ['without name', { kind: 'KIND_INPUT' }, 'name_invalid'],
    [
      'with edges that fall',
      { name: 'a', kind: 'KIND_INPUT', distribution: { edges: [1, 0], counts: [1] } },
      'distribution_invalid',
    ],
    [
      'with too few edges',
      { name: 'a', kind: 'KIND_INPUT', distribution: { edges: [1], counts: [1] } },
      'distribution_invalid',
    ],
    [
      'with a class twice',
      { name: 'a', kind: 'KIND_INPUT', distribution: { classes: ['a', 'a'], counts: [1, 1] } },
      'distribution_invalid',
    ],
    [
      'with too many bins',
      { name: 'a', kind: 'KIND_INPUT', distribution: { edges: [0, 1, 2, 3], counts: [1, 1, 1] } },
      'distribution_invalid',
    ],
    ['with no histogram in it', { name: 'a', kind: 'KIND_INPUT', distribution: {} }, 'distribution_invalid'],
  ] as const)('refuses a tensor %s', (_, message, code) => {
    const { take, codes } = start({ max_bins: 2 });
    take({ tensor_reports: [message as unknown as NonNullable<Batch['tensor_reports']>[number]] });
    expect(codes()).toEqual([code]);
  });

  it('counts events by type, no more in a minute than allowed', () => {
    const { take, lines, heard, codes } = start({ max_events_per_minute: 2 });
    take({ events: [{ type: 'TYPE_ROLLBACK', step: 7, value: 3, message: 'a\nb', unix_nanos: 1.5e18 }, {}, {}] });
    expect(lines('gradwatch_train_events')).toEqual([
      'gradwatch_train_events_total{type="rollback"} 1',
      'gradwatch_train_events_total{type="custom"} 1',
    ]);
    expect(lines('gradwatch_train_last_event')[0]).toBe(
      'gradwatch_train_last_event_timestamp_seconds{type="rollback"} 1500000000',
    );
    expect(heard[0]).toEqual({
      kind: 'event',
      report: { ...identity, type: 'rollback', step: 7, value: 3, message: 'a b', time: 1.5e9 },
    });
    expect(codes().filter((code) => code === 'event_rate')).toHaveLength(1);
  });

  it('adds up what a serving process did', () => {
    const { take, lines, rank } = start();
    const latency = { bounds: [0.1, 1], counts: [2, 1, 1], sum: 7.5 };
    const report = {
      requests: 4,
      errors: 1,
      input_tokens: 10,
      output_tokens: 20,
      latency,
      outputs: { classes: ['a'], counts: [4] },
    };
    take({ serving_reports: [report, { requests: 1, latency: { bounds: [0.1], counts: [1, 0] } }] });
    expect(rank.state).toBe('healthy');
    expect(lines('gradwatch_serving').filter((line) => !/_bucket\{le="(?!0.1"|1.0"|\+Inf)/.test(line))).toEqual([
      'gradwatch_serving_requests_total{} 5',
      'gradwatch_serving_errors_total{} 1',
      'gradwatch_serving_input_tokens_total{} 10',
      'gradwatch_serving_output_tokens_total{} 20',
      'gradwatch_serving_latency_seconds_bucket{le="0.1"} 3',
      'gradwatch_serving_latency_seconds_bucket{le="1.0"} 4',
      'gradwatch_serving_latency_seconds_bucket{le="+Inf"} 5',
      'gradwatch_serving_latency_seconds_sum{} 7.6',
      'gradwatch_serving_latency_seconds_count{} 5',
      'gradwatch_serving_outputs_total{class="a"} 4',
    ]);
  });

  it('refuses latencies that are no histogram, and counts that are none', () => {
    const { take, codes } = start();
    take({ serving_reports: [{ requests: 2 ** 60, latency: { bounds: [0, 1], counts: [1, 1, 1] } }] });
    expect(codes()).toEqual(['number_invalid', 'latency_invalid']);
  });

  it('takes no more than 64 of a kind in a batch', () => {
    const { take, codes, heard } = start({ max_events_per_minute: 1000 });
    take({ events: Array.from({ length: 70 }, () => ({ type: 'TYPE_CUSTOM' as const })) });
    expect(heard).toHaveLength(64);
    expect(codes()).toEqual(['length_limit']);
  });
});

it('a batch costs its steps, and all that it names beside them', () => {
  const distribution = { counts: [1, 2, 3] };
  expect(
    costOf({
      steps: [{ step: 1 }, { step: 2 }],
      evaluations: [{ slices: [{ metrics: { a: 1, b: 2 } }, {}] }, { failures: [{}, {}, {}] }],
      layer_reports: [{ layers: [{ name: 'a' }, {}] }, {}],
      tensor_reports: [{ distribution }, {}],
      events: [{}, {}],
      serving_reports: [{ latency: { counts: [1, 2] }, outputs: distribution }, {}],
    }),
  ).toBe(2 + 9 + 4 + 5 + 2 + 7);
  expect(costOf({})).toBe(0);
});
