import { expect, it } from 'vitest';
import type { EvaluationReport, ThresholdFailure } from '../../runs/index.ts';
import { fromLine, restoreState, toLine } from '../../snapshot/index.ts';
import { evaluationThreshold } from './evaluation-threshold.ts';

const options = { enabled: true };

/** Judges evaluations one after the other, each with the state as a snapshot gives it back. */
function judge() {
  let state = evaluationThreshold.start(options);
  return (failures: readonly ThresholdFailure[], dataset = 'tfma', more: Partial<EvaluationReport> = {}) => {
    const report = { run: 'fraud', rank: 0, attempt: 0, step: 400, time: 1000, dataset, slices: [], failures, ...more };
    const verdict = evaluationThreshold.observe(state, report, options);
    const restarted = evaluationThreshold.start(options);
    expect(restoreState(restarted, fromLine(toLine(state)))).toBe(true);
    state = restarted;
    return verdict;
  };
}

function failure(slice: string, value: number | null, threshold: number | null, more: Partial<ThresholdFailure> = {}) {
  return { metric: 'auc', slice, bound: 'lower', value, threshold, ...more } as const;
}

it('finds what was not kept at the first evaluation, and names what is worst', () => {
  const verdict = judge()([
    failure('', 0.75, 0.9),
    failure('size:large', 0.49, 0.85),
    failure('size:large', 0.49, 0.9),
    failure('size:small', 0.89, 0.9),
    failure('size:tiny', -0.2, -0.1, { bound: 'absolute_change' }),
  ]);
  expect(verdict).toMatchObject({
    status: 'evidence',
    severity: 'warning',
    step: 400,
    score: 5,
    cause:
      'The evaluation of fraud on tfma did not keep 5 thresholds: auc of size:tiny is -0.2 (change limited by -0.1); ' +
      'auc of size:large is 0.49 (at least 0.9); auc of all data is 0.75 (at least 0.9); and 2 more.',
  });
});

it.each([
  [failure('a:b', 3, 2, { bound: 'upper' }), 'auc of a:b is 3 (at most 2).'],
  [
    failure('a:b', null, -0.1, { bound: 'relative_change' }),
    'auc of a:b is out of bounds (change limited by -0.1 of the value before).',
  ],
  [failure('a:b', null, null, { metric: 'slice_missing' }), 'slice a:b is missing.'],
  [failure('a:b', NaN, 0), 'auc of a:b is NaN (at least 0).'],
])('tells %o in a sentence', (one, sentence) => {
  const verdict = judge()([one]);
  expect('cause' in verdict && verdict.cause).toBe(
    `The evaluation of fraud on tfma did not keep a threshold: ${sentence}`,
  );
});

it('tells every threshold that was not kept, named or not', () => {
  const verdict = judge()([failure('', 0.75, 0.9), failure('', 0.75, 0.8)]);
  expect('cause' in verdict && verdict.cause).toBe(
    'The evaluation of fraud on tfma did not keep 2 thresholds: auc of all data is 0.75 (at least 0.9); and 1 more.',
  );
});

it.each([
  ['thresholds_missing', 'no thresholds are set for it'],
  ['validation_not_ok', 'its result does not tell why'],
])('tells that an evaluation did not pass: %s', (metric, why) => {
  const verdict = judge()([failure('', null, null, { metric })]);
  expect('cause' in verdict && verdict.cause).toBe(`The evaluation of fraud on tfma did not pass: ${why}.`);
});

it('is over when the last evaluation of each data set kept its thresholds', () => {
  const at = judge();
  expect(at([]).status).toBe('quiet');
  expect(at([failure('', 0.5, 0.9)]).status).toBe('evidence');
  expect(at([failure('', 0.6, 0.9)], 'other').status).toBe('evidence');
  expect(at([]).status).toBe('evidence');
  expect(at([]).status).toBe('quiet');
  expect(at([], 'other').status).toBe('recovered');
  expect(at([]).status).toBe('quiet');
});

it('names the data sets that fail beside the newest, and no longer one that passes', () => {
  const at = judge();
  const cause = (verdict: ReturnType<typeof at>) => 'cause' in verdict && verdict.cause;
  const other = 'The evaluation of fraud on other did not keep a threshold: auc of all data is 0.6 (at least 0.9)';
  at([failure('', 0.5, 0.9)]);
  expect(cause(at([failure('', 0.6, 0.9)], 'other'))).toBe(`${other}; the last on tfma failed too.`);
  expect(cause(at([]))).toBe(`${other}.`);
});
