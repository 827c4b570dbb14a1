import { expect, test, vi } from 'vitest';
import type { Answer } from '../protocol/index.ts';
import { RequestDesk, supportedKinds } from './requests.ts';
import type { RequestHandlers } from './requests.ts';

function desk(handlers: RequestHandlers): { desk: RequestDesk; answers: Answer[] } {
  const answers: Answer[] = [];
  return { desk: new RequestDesk(handlers, (answer) => answers.push(answer)), answers };
}

test('only kinds with a handler are offered', () => {
  expect(supportedKinds({})).toEqual([]);
  expect(supportedKinds({ stop: () => undefined, scaleLearningRate: () => undefined })).toEqual([
    'REQUEST_KIND_STOP',
    'REQUEST_KIND_SCALE_LEARNING_RATE',
  ]);
});

test('a handler that returns is done, one that throws or rejects refuses', async () => {
  const { desk: subject, answers } = desk({
    checkpoint: () => Promise.reject(new Error('disk full')),
    stop: () => Promise.resolve(),
    scaleLearningRate: () => {
      throw new Error('not in warm-up');
    },
  });
  await subject.take({ id: 'a', kind: 'REQUEST_KIND_CHECKPOINT' });
  await subject.take({ id: 'b', kind: 'REQUEST_KIND_STOP' });
  await subject.take({ id: 'c', kind: 'REQUEST_KIND_SCALE_LEARNING_RATE', factor: 0.1 });
  expect(answers).toEqual([
    { request: 'a', result: 'RESULT_REFUSED', message: 'disk full' },
    { request: 'b', result: 'RESULT_DONE' },
    { request: 'c', result: 'RESULT_REFUSED', message: 'not in warm-up' },
  ]);
});

test('a kind without a handler, or one that this client does not know, is unsupported', async () => {
  const { desk: subject, answers } = desk({ stop: () => undefined });
  await subject.take({ id: 'a', kind: 'REQUEST_KIND_CHECKPOINT' });
  await subject.take({ id: 'b' });
  expect(answers.map(({ result }) => result)).toEqual(['RESULT_UNSUPPORTED', 'RESULT_UNSUPPORTED']);
});

test.each([0, -1, NaN, Infinity, undefined])('a learning rate is not multiplied by %s', async (factor) => {
  const scaleLearningRate = vi.fn();
  const { desk: subject, answers } = desk({ scaleLearningRate });
  await subject.take({ id: 'a', kind: 'REQUEST_KIND_SCALE_LEARNING_RATE', ...(factor !== undefined && { factor }) });
  expect(scaleLearningRate).not.toHaveBeenCalled();
  expect(answers[0]?.result).toBe('RESULT_REFUSED');
  expect(answers[0]?.message).toContain('finite number above 0');
});

test('a request that is asked again is answered again and not carried out again', async () => {
  const scaleLearningRate = vi.fn<(factor: number) => Promise<void>>(() => Promise.resolve());
  const { desk: subject, answers } = desk({ scaleLearningRate });
  const request = { id: 'a', kind: 'REQUEST_KIND_SCALE_LEARNING_RATE', factor: 0.5 } as const;
  await Promise.all([subject.take(request), subject.take(request)]);
  await subject.take(request);
  expect(scaleLearningRate.mock.calls).toEqual([[0.5]]);
  expect(answers).toEqual([
    { request: 'a', result: 'RESULT_DONE' },
    { request: 'a', result: 'RESULT_DONE' },
  ]);
});

test('layers are asked for with the number of steps', async () => {
  const logLayers = vi.fn();
  const { desk: subject, answers } = desk({ logLayers });
  await subject.take({ id: 'a', kind: 'REQUEST_KIND_LOG_LAYERS', steps: 20 });
  for (const steps of [0, 1_001]) await subject.take({ id: String(steps), kind: 'REQUEST_KIND_LOG_LAYERS', steps });
  expect(logLayers.mock.calls).toEqual([[20]]);
  expect(answers).toEqual([
    { request: 'a', result: 'RESULT_DONE' },
    ...[0, 1_001].map((steps) => ({
      request: String(steps),
      result: 'RESULT_REFUSED',
      message: `the number of steps ${steps} is not between 1 and 1,000`,
    })),
  ]);
});
