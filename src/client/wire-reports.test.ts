import { expect, it, vi } from 'vitest';
import { measure, unpack } from './measured-report.ts';
import { Outbox } from './outbox.ts';
import type { WireReport } from './reports.ts';
import type { Problem } from './value-kinds.ts';
import { evaluation, event, layers, tensors } from './wire-reports.ts';
import { serving } from './wire-serving.ts';

/** What an exporter reads of it. */
function sent(report: WireReport): unknown {
  return unpack([measure(report)])[report.part]?.[0];
}

it('sends an evaluation with its slices and failures', () => {
  const slices = { '': { auc: NaN }, 'size:large': { auc: 0.5 } };
  const failures = [{ metric: 'auc', bound: 'lower', value: 0.5, threshold: 0.8 }] as const;
  expect(sent(evaluation({ dataset: 'val', step: 3, slices, samples: { '': 9 }, failures }, 7, vi.fn()))).toEqual({
    dataset: 'val',
    step: 3,
    unix_nanos: 7,
    slices: [
      { slice: '', samples: 9, metrics: { auc: NaN } },
      { slice: 'size:large', metrics: { auc: 0.5 } },
    ],
    failures: [{ metric: 'auc', bound: 'BOUND_LOWER', value: 0.5, threshold: 0.8 }],
  });
});

it('sends layers, tensors, events and what was served, without what is undefined', () => {
  expect(sent(layers(3, { embed: { gradientNorm: Infinity, fractionDead: undefined } }, 7, vi.fn()))).toEqual({
    step: 3,
    unix_nanos: 7,
    layers: [{ name: 'embed', gradient_norm: Infinity }],
  });
  const both = tensors(
    { inputs: { x: { mean: 1, edges: [0, 1], counts: [4] } }, outputs: { y: {} }, reference: true },
    7,
    vi.fn(),
  );
  expect(both.map(sent)).toEqual([
    {
      name: 'x',
      kind: 'KIND_INPUT',
      unix_nanos: 7,
      mean: 1,
      reference: true,
      distribution: { edges: [0, 1], counts: [4] },
    },
    { name: 'y', kind: 'KIND_OUTPUT', unix_nanos: 7, reference: true },
  ]);
  expect(sent(event({ type: 'rollback', step: 4, value: 2 }, 7, vi.fn()))).toEqual({
    ...{ type: 'TYPE_ROLLBACK', step: 4, value: 2, unix_nanos: 7 },
  });
  const latency = { bounds: [0.1], counts: [1, 0], sum: 0.05 };
  expect(sent(serving({ requests: 1, inputTokens: 5, latency, outputs: { cat: 1 } }, 7, vi.fn()))).toEqual({
    ...{ requests: 1, input_tokens: 5, unix_nanos: 7, latency, outputs: { classes: ['cat'], counts: [1] } },
  });
});

it.each([
  ['requests', -1],
  ['errors', '3'],
  ['inputTokens', 1.5],
  ['outputTokens', NaN],
  ['latency', { bounds: [0.1], counts: [1] }],
  ['latency', { bounds: ['0.1'], counts: [1, 2] }],
  ['latency', { bounds: [0.1], counts: [1, 2], sum: '3' }],
  ['latency', [0.1, 0.2]],
  ['outputs', { cat: -1 }],
  ['outputs', ['cat']],
])('leaves out the part %s of what was served where it is %j, and sends the rest', (part, value) => {
  const problems: Problem[] = [];
  const good = { requests: 2, errors: 1, outputs: { dog: 2 } };
  const report = serving({ ...good, [part]: value }, 7, (problem) => problems.push(problem));
  expect(problems.map(({ field }) => field)).toEqual([`serving.${part}`]);
  expect(problems[0]?.text).toMatch(new RegExp(`^serving[:.] ?${part} is `));
  const expected = { requests: 2, errors: 1, unix_nanos: 7, outputs: { classes: ['dog'], counts: [2] } };
  expect(sent(report)).toEqual(Object.fromEntries(Object.entries(expected).filter(([name]) => name !== part)));
});

it('leaves out of reports what is no number, for that would be reported as NaN, and tells it', () => {
  const problems: string[] = [];
  const leftOut = ({ field }: Problem): number => problems.push(field);
  const tensor = { dataSync: () => [1] };
  const slices = { '': { auc: undefined, loss: tensor, f1: 0.5 }, broken: 7 };
  const failures = [{ metric: 'auc', bound: 'sideways' }];
  const given = { dataset: 'val', step: -1, slices, samples: { '': 1.5 }, failures } as never;
  expect(sent(evaluation(given, 7, leftOut))).toEqual({
    ...{ dataset: 'val', unix_nanos: 7, slices: [{ slice: '', metrics: { f1: 0.5 } }] },
  });
  const embed = { gradientNorm: tensor, weightNorm: 1, gradNorm: 2, updateRatio: null } as never;
  expect(sent(layers(3, { embed }, 7, leftOut))).toEqual({
    ...{ step: 3, unix_nanos: 7, layers: [{ name: 'embed', weight_norm: 1 }] },
  });
  const x = { mean: '1', variance: 2, edges: [0, 1], counts: new Int32Array([1, 2]) } as never;
  const y = { classes: ['a'], counts: new BigUint64Array([4n]) } as never;
  expect(tensors({ inputs: { x }, outputs: { y } }, 7, leftOut).map(sent)).toEqual([
    { name: 'x', kind: 'KIND_INPUT', unix_nanos: 7, variance: 2 },
    { name: 'y', kind: 'KIND_OUTPUT', unix_nanos: 7, distribution: { classes: ['a'], counts: [4] } },
  ]);
  expect(sent(event({ type: 'custom', message: 'half \ud83d', value: '1', step: 3n } as never, 7, leftOut))).toEqual({
    ...{ type: 'TYPE_CUSTOM', message: 'half ?', step: 3, unix_nanos: 7 },
  });
  expect(problems).toEqual([
    ...['evaluation.step', 'evaluation.slices.loss', 'evaluation.samples', 'evaluation.slices', 'evaluation.failures'],
    ...['layers.gradientNorm', 'layers.gradNorm', 'tensors.mean', 'tensors.counts', 'event.value'],
  ]);
});

it.each([
  () => layers(-1, {}, 7, vi.fn()),
  () => layers(1, [] as never, 7, vi.fn()),
  () => evaluation({ dataset: 5, slices: {} } as never, 7, vi.fn()),
  () => event({ type: 'lunch' } as never, 7, vi.fn()),
])('throws where nothing is left of a report (%#)', (report) => {
  expect(report).toThrow(TypeError);
});

it('refuses what is too large', () => {
  const many = Object.fromEntries(Array.from({ length: 15_000 }, (_, at) => [`layer ${at}`, { weightNorm: 1 }]));
  expect(() => measure(layers(1, many, 7, vi.fn()))).toThrow(RangeError);
});

it('puts reports into the batches in their order, at most 64 in one, and keeps them until they are safe', () => {
  const outbox = new Outbox(1000, vi.fn());
  outbox.resume(0, 65_536);
  outbox.add({ step: 1, unix_nanos: 1 });
  for (let at = 0; at < 70; at += 1) outbox.add(measure(event({ type: 'custom', value: at }, 7, vi.fn())));
  const [first, second] = [outbox.next(), outbox.next()];
  expect([first?.steps.length, first?.reports.length, second?.reports.length]).toEqual([1, 64, 6]);
  outbox.acknowledge(1);
  outbox.resume(1, 65_536);
  expect(outbox.next()).toEqual(second);
  outbox.acknowledge(2);
  expect(outbox.empty).toBe(true);
});

it('cuts batches anew for an exporter that takes less', () => {
  const outbox = new Outbox(1000, vi.fn());
  outbox.resume(0, 65_536);
  const large = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`layer ${at}`, { weightNorm: 1 }]));
  for (let at = 0; at < 10; at += 1) outbox.add(measure(layers(at, large, 7, vi.fn())));
  expect(outbox.next()?.reports).toHaveLength(10);
  outbox.resume(0, 6_000);
  expect(outbox.next()).toMatchObject({ sequence: 1, reports: { length: 2 } });
});
