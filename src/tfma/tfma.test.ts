import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordOf } from '../../test/support/event-file.ts';
import { sliceKey, tfmaRecord, writeEvaluation } from '../../test/support/tfma.ts';
import { failuresOf, sliceOf } from './evaluation.ts';
import { filesOf, readFolder } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradwatch-tfma-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The message without the framing of its record. */
function bytesOf(type: 'MetricsForSlice' | 'ValidationResult', message: object): Buffer {
  const record = tfmaRecord(type, message);
  return record.subarray(12, record.length - 4);
}

async function read(mostSlices = 64) {
  const files = await filesOf(folder);
  if (files === null) throw new Error('no files');
  return readFolder(folder, files, mostSlices);
}

describe('sliceOf', () => {
  const metric = (key: object, value: object) =>
    sliceOf(bytesOf('MetricsForSlice', { metricKeysAndValues: [{ key, value }] }))?.metrics;

  it.each([
    ['a number', { name: 'auc' }, { doubleValue: { value: 0.1 } }, { auc: 0.1 }],
    ['zero', { name: 'auc' }, { doubleValue: {} }, { auc: 0 }],
    ['a bounded number', { name: 'auc' }, { boundedValue: { value: { value: 2 } } }, { auc: 2 }],
    [
      'a number with its distribution',
      { name: 'a' },
      { tDistributionValue: { unsampledValue: { value: 3 } } },
      { a: 3 },
    ],
    ['of a model and output', { name: 'a', modelName: 'm', outputName: 'o' }, { doubleValue: {} }, { 'm/o/a': 0 }],
    ['of a class', { name: 'a', subKey: { classId: {} } }, { doubleValue: {} }, { 'a (class 0)': 0 }],
    ['at k', { name: 'a', subKey: { topK: { value: 5 } } }, { doubleValue: {} }, { 'a (top 5)': 0 }],
    ['weighted', { name: 'a', exampleWeighted: { value: true } }, { doubleValue: {} }, { 'a (weighted)': 0 }],
    ['of a change', { name: 'a', isDiff: true }, { doubleValue: { value: -1 } }, { 'a (change)': -1 }],
    ['of no single number', { name: 'matrix' }, {}, {}],
  ])('reads a metric: %s', (_, key, value, metrics) => {
    expect(metric(key, value)).toEqual(metrics);
  });

  it('names slices by their columns and values', () => {
    const singleSliceKeys = [
      { column: 'size', bytesValue: Buffer.from('größer') },
      { column: 'age', int64Value: 42 },
      { column: 'share', floatValue: 0.5 },
    ];
    expect(sliceOf(bytesOf('MetricsForSlice', { sliceKey: { singleSliceKeys } }))?.slice).toBe(
      'size:größer, age:42, share:0.5',
    );
    expect(sliceOf(bytesOf('MetricsForSlice', { crossSliceKey: {} }))).toBeNull();
  });

  it('takes anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const slice = sliceOf(bytes);
        if (slice) for (const value of Object.values(slice.metrics)) expect(typeof value).toBe('number');
        failuresOf(bytes);
      }),
    );
  });
});

describe('failuresOf', () => {
  const failure = (metricThreshold: object, value: number | null) =>
    failuresOf(
      bytesOf('ValidationResult', {
        metricValidationsPerSlice: [
          {
            sliceKey: sliceKey('size:large'),
            failures: [
              {
                metricKey: { name: 'auc' },
                metricThreshold,
                ...(value !== null && { metricValue: { doubleValue: { value } } }),
              },
            ],
          },
        ],
      }),
    )?.[0];

  it.each([
    [{ valueThreshold: { lowerBound: { value: 0.9 } } }, 0.5, 'lower', 0.5, 0.9],
    [{ valueThreshold: { upperBound: { value: 0.1 } } }, 0.5, 'upper', 0.5, 0.1],
    [{ valueThreshold: { lowerBound: { value: 0.1 }, upperBound: { value: 0.4 } } }, 0.5, 'upper', 0.5, 0.4],
    [{ valueThreshold: { lowerBound: {}, upperBound: { value: 0.4 } } }, -1, 'lower', -1, 0],
    [{ valueThreshold: { lowerBound: { value: 0.1 } } }, NaN, 'lower', NaN, 0.1],
    [{ changeThreshold: { absolute: { value: -0.01 } } }, -0.2, 'absolute_change', -0.2, -0.01],
    [{ changeThreshold: { relative: { value: -0.1 } } }, -0.2, 'relative_change', null, -0.1],
    [{}, null, 'lower', null, null],
  ])('tells the bound of %o that %d broke', (threshold, value, bound, told, limit) => {
    expect(failure(threshold, value)).toEqual({
      metric: 'auc',
      slice: 'size:large',
      bound,
      value: told,
      threshold: limit,
    });
  });

  it('counts a slice that is not there', () => {
    const missingSlices = [{ featureKeys: ['country'], featureValues: { size: 'large' } }];
    expect(failuresOf(bytesOf('ValidationResult', { missingSlices }))).toEqual([
      { metric: 'slice_missing', slice: 'country, size:large', bound: 'lower', value: null, threshold: null },
    ]);
  });
});

it.each([
  [{ missingThresholds: true }, ['thresholds_missing']],
  [{}, ['validation_not_ok']],
  [{ metricValidationsPerSlice: [{ sliceKey: sliceKey('size:large') }] }, ['validation_not_ok']],
  [{ missingSlices: [{}], missingThresholds: true }, ['slice_missing']],
  [{ validationOk: true }, []],
])('of a validation %o tells that it did not pass', (message, metrics) => {
  expect(failuresOf(bytesOf('ValidationResult', message))?.map(({ metric }) => metric)).toEqual(metrics);
});

describe('a folder', () => {
  it('tells slices, their samples, and what was not kept', async () => {
    writeEvaluation(folder, { '': { auc: 0.95, example_count: 269 }, 'size:large': { auc: 0.5 } }, [
      ['size:large', 'auc'],
    ]);
    writeFileSync(join(folder, 'plots-00000-of-00001.tfrecord'), 'not looked at');
    expect(await read()).toEqual({
      slices: [
        { slice: '', samples: 269, metrics: { auc: 0.95, example_count: 269 } },
        { slice: 'size:large', samples: null, metrics: { auc: 0.5 } },
      ],
      failures: [{ metric: 'auc', slice: 'size:large', bound: 'lower', value: 0.5, threshold: 0.9 }],
      leftOut: 0,
      damaged: 0,
    });
  });

  it('of many slices tells those first that broke a threshold', async () => {
    const slices = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`n:${at}`, { auc: 1 }]));
    writeEvaluation(folder, { ...slices, 'n:bad': { auc: 0 }, '': { auc: 1 } }, [['n:bad', 'auc']]);
    const { slices: told, leftOut } = await read(4);
    expect(told.map(({ slice }) => slice)).toEqual(['n:bad', '', 'n:0', 'n:1']);
    expect(leftOut).toBe(48);
  });

  it('is read as far as it can be, and nothing is known of thresholds without a validation', async () => {
    writeEvaluation(folder, { '': { auc: 1 } });
    rmSync(join(folder, 'validations.tfrecord'));
    const damaged = tfmaRecord('MetricsForSlice', { sliceKey: sliceKey('n:1') });
    damaged[14] = damaged[14]! ^ 0xff;
    const metrics = join(folder, 'metrics-00000-of-00001.tfrecord');
    appendFileSync(metrics, Buffer.concat([damaged, recordOf(Buffer.from([0xff])), damaged.subarray(0, 5)]));
    expect(await read()).toMatchObject({ slices: [{ slice: '' }], failures: null, damaged: 3 });
  });

  it('is another one when a file of it is', async () => {
    expect(await filesOf(folder)).toBeNull();
    writeEvaluation(folder, { '': { auc: 1 } });
    const before = await filesOf(folder);
    writeEvaluation(folder, { '': { auc: 1 }, 'n:1': { auc: 1 } });
    expect((await filesOf(folder))?.stamp).not.toBe(before?.stamp);
  });
});
