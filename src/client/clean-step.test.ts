import { expect, test } from 'vitest';
import { protocol } from '../protocol/index.ts';
import { cleanStep } from './clean-step.ts';
import type { StepReport } from './step-report.ts';
import { maxStepBytes, stepBytes } from './wire-step.ts';

const fullest: Required<StepReport> = {
  step: 2 ** 62,
  unixNanos: 2 ** 62,
  epoch: -0,
  loss: NaN,
  validationLoss: Infinity,
  evaluatedTrainingLoss: 1e-300,
  gradientNorm: -Infinity,
  gradientChangeNorm: 0.1 + 0.2,
  parameterNorm: 5e-324,
  learningRate: Number.MAX_VALUE,
  lossScale: 65_536,
  skipped: false,
  stepSeconds: 1 / 3,
  dataWaitSeconds: 0,
  collectiveWaitSeconds: 1e-9,
  samples: 2 ** 62,
  tokens: 2 ** 62,
  updateRatio: 1e-300,
  batchSize: 2 ** 62,
  floatingPointOperations: 1e300,
  mfuRatio: 0.5,
  hostToDeviceSeconds: 1e-9,
  forwardSeconds: 1e-9,
  backwardSeconds: 1e-9,
  optimizerSeconds: 1e-9,
  checkpointSeconds: 1e-9,
  evaluationSeconds: 1e-9,
  memoryAllocatedBytes: 2 ** 62,
  memoryReservedBytes: 2 ** 62,
  memoryPeakBytes: 2 ** 62,
  allocationRetries: 2 ** 62,
  outOfMemoryErrors: 2 ** 62,
  processMemoryBytes: 2 ** 62,
  gradientClipNorm: 1e-9,
  zeroGradientFraction: 1e-9,
  nonfiniteGradients: 2 ** 62,
  maximumLoss: 1e-9,
  ownSeconds: 1e-9,
  phase: 'checkpoint',
  gradientNormScope: 'shard',
  auxiliaryLosses: {},
  extras: {},
};

test('the fields of a report are those of the proto file, in camelCase', () => {
  const { step } = cleanStep(fullest, 1);
  const camelCase = (name: string): string => name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const inProto = (protocol.Step.type as { field: { name: string }[] }).field.map(({ name }) => name);
  expect(Object.keys(step ?? {}).sort()).toEqual([...inProto].sort());
  expect(Object.keys(fullest).sort()).toEqual(inProto.map(camelCase).sort());
  expect(cleanStep(fullest, 1).problems).toEqual([]);
});

test('a value is sent as it is, an absent one is absent', () => {
  const { step } = cleanStep({ step: 3, loss: NaN, gradientNorm: -0, samples: undefined }, 17);
  expect(step).toStrictEqual({ step: 3, unix_nanos: 17, loss: NaN, gradient_norm: -0 });
});

test('no step is longer on the wire than the outbox reckons with', () => {
  const { step } = cleanStep(fullest, 1);
  const empty = protocol.Telemetry.service.Report.requestSerialize({ batch: { steps: [] } });
  const one = protocol.Telemetry.service.Report.requestSerialize({ batch: { steps: [step ?? {}] } });
  expect(one.length - empty.length).toBeGreaterThan(120);
  expect(one.length - empty.length).toBeLessThanOrEqual(maxStepBytes);
});

test.each([[-1], [1.5], [NaN], ['7'], [undefined], [2 ** 63]])(
  'a report of step %s is not sent, and it is said why',
  (step) => {
    const clean = cleanStep({ step } as StepReport, 1);
    expect(clean.step).toBeNull();
    expect(clean.problems[0]?.text).toMatch(/^step is .*, not a whole number from 0/);
  },
);

test('a value of the wrong kind is left out and named, the others are kept', () => {
  const clean = cleanStep({ step: 1, loss: { dataSync: () => [1] }, learningRate: 0.1 } as unknown as StepReport, 1);
  expect(clean).toEqual({
    step: { step: 1, unix_nanos: 1, learning_rate: 0.1 },
    problems: [{ field: 'loss', text: 'loss is of type object, not a number: it was not sent' }],
  });
  expect(cleanStep({ step: 1, samples: 1.5 }, 1).problems[0]?.text).toBe(
    'samples is 1.5, not a whole number from 0: it was not sent',
  );
  expect(cleanStep({ step: 1, skipped: 1 } as unknown as StepReport, 1).problems[0]?.text).toContain(
    'skipped is 1, not true or false',
  );
});

test('values with names of their own are within what is reckoned for them', () => {
  const extras = { ['\u4e2d'.repeat(128)]: NaN, a: 1 };
  const { step, problems } = cleanStep({ ...fullest, extras, auxiliaryLosses: { kl: 0.5 } }, 1);
  expect(problems).toEqual([]);
  const size = (given: object[]) =>
    protocol.Telemetry.service.Report.requestSerialize({ batch: { steps: given } }).length;
  expect(size([step!]) - size([])).toBeLessThanOrEqual(stepBytes(step!));
});

test('a phase that is none, and values that are none, are left out and named', () => {
  const { step, problems } = cleanStep({ step: 1, phase: 'lunch', extras: { a: 'b' } } as unknown as StepReport, 1);
  expect(step).toStrictEqual({ step: 1, unix_nanos: 1, extras: {} });
  expect(problems.map(({ field }) => field)).toEqual(['phase', 'extras.a']);
});

test('values by name are copied, and one that cannot be sent does not take the others with it', () => {
  const extras = { a: 1, b: undefined, c: null, d: '1', ['e'.repeat(129)]: 2, f: 5n, 'caf\udce9': 3 };
  const { step, problems } = cleanStep({ step: 1, extras } as unknown as StepReport, 1);
  extras.a = 2;
  expect(step?.extras).toEqual({ a: 1, f: 5, 'caf?': 3 });
  expect(problems.map(({ field }) => field)).toEqual(['extras.d', `extras.${'e'.repeat(128)}`]);
  const many = Object.fromEntries(Array.from({ length: 1_100 }, (_, at) => [`name ${at}`, at]));
  const long = cleanStep({ step: 1, extras: many }, 1);
  expect(Object.keys(long.step?.extras ?? {})).toHaveLength(1_024);
  expect(long.problems[0]?.text).toContain('extras has 1100 names');
  expect(cleanStep({ step: 1, extras: new Map([['a', 1]]) } as unknown as StepReport, 1).problems).toHaveLength(1);
});

test('whole numbers may be BigInt, and a name that is no field is told', () => {
  const given = { step: 7n, unixNanos: 1_700_000_000_000_000_000n, samples: 32n, lr: 0.1 };
  const { step, problems } = cleanStep(given as unknown as StepReport, 1);
  expect(step).toEqual({ step: 7, unix_nanos: 1.7e18, samples: 32 });
  expect(problems).toEqual([{ field: 'lr', text: expect.stringContaining('log does not know lr') as string }]);
});
