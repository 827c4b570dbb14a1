import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StepAssembler, Vocabulary, type AssembledStep, type Writer } from './index.ts';

function vocabulary(...mappings: string[]): Vocabulary {
  const read = Vocabulary.of(mappings, 'tags');
  if ('error' in read) throw new Error(read.error);
  return read.value;
}

type Told = readonly [step: number, scalars: Readonly<Record<string, number>>, writer?: Writer];

/** What is given of what is told, `close` being the end of a beat. */
function assembled(...told: readonly (Told | 'close')[]): readonly object[] {
  const given: object[] = [];
  const steps = new StepAssembler(vocabulary(), ({ step, values, extras }: AssembledStep) =>
    given.push({ step, ...Object.fromEntries([...values, ...extras]) }),
  );
  for (const each of told) {
    if (each === 'close') steps.close();
    else steps.take({ step: each[0], time: 1, scalars: Object.entries(each[1]) }, each[2]);
  }
  steps.close();
  return given;
}

describe('Vocabulary', () => {
  it.each([
    ['train/loss', 'loss', 2, 2],
    ['LM LOSS', 'loss', 2, 2],
    ['gradient_norm', 'gradient_norm', 2, 2],
    ['mfu(%)', 'mfu_ratio', 41, 0.41],
    ['memory/max_active(GiB)', 'memory_peak_bytes', 0.5, 2 ** 29],
    ['Train/Samples/elapsed_time_ms_forward', 'forward_seconds', 250, 0.25],
  ])('knows %s', (tag, meaning, value, converted) => {
    const column = vocabulary().find(tag);
    expect([column?.meaning, column?.convert(value)]).toEqual([meaning, converted]);
  });

  it('has the usual names of a field no more where another one is told', () => {
    const mapped = vocabulary('loss=my loss');
    expect([mapped.find('my loss')?.meaning, mapped.find('train/loss'), mapped.find('loss')]).toEqual([
      'loss',
      undefined,
      undefined,
    ]);
    expect(Vocabulary.of(['colour=x'], 'event_files.tags')).toMatchObject({
      error: expect.stringMatching(/^event_files.tags: found colour=x, expected FIELD=COLUMN/) as string,
    });
  });
});

describe('StepAssembler', () => {
  it('gives a part of the step that was given before', () => {
    expect(assembled([1, { loss: 1 }], 'close', [1, { grad_norm: 2 }], [2, { loss: 3 }])).toEqual([
      { step: 1, loss: 1 },
      { step: 1, gradient_norm: 2 },
      { step: 2, loss: 3 },
    ]);
  });

  it('gives the steps before a return to a checkpoint before those after it', () => {
    const told = (from: number, to: number, loss: number) =>
      Array.from({ length: to - from + 1 }, (_, at) => [from + at, { loss }] as const);
    expect(assembled(...told(1, 30, 1), ...told(12, 40, 2))).toEqual(
      [...told(1, 30, 1), ...told(12, 40, 2)].map(([step, values]) => ({ step, ...values })),
    );
  });

  it('gives an evaluation that ends late with the step that was reached', () => {
    expect(
      assembled([100, { loss: 1 }], [150, { loss: 2 }], 'close', [100, { 'eval/loss': 3 }], 'close', [
        200,
        { loss: 4 },
      ]),
    ).toEqual([
      { step: 100, loss: 1 },
      { step: 150, loss: 2 },
      { step: 150, validation_loss: 3 },
      { step: 200, loss: 4 },
    ]);
  });

  it('tells of evaluations that a script numbers by the epoch, and goes on from a step that was told before', () => {
    const given: number[] = [];
    const behind: number[] = [];
    const steps = new StepAssembler(
      vocabulary(),
      ({ step }) => given.push(step),
      (step) => behind.push(step),
    );
    steps.goOnFrom(3_000);
    const take = (step: number, tag: string): void => {
      steps.take({ step, time: 0, scalars: [[tag, 1]] });
      steps.close();
    };
    take(3, 'val_loss');
    for (const step of [3_001, 3_002, 3_010]) take(step, 'loss');
    for (const step of [3_002, 4]) take(step, 'val_loss');
    expect(given).toEqual([3_000, 3_001, 3_002, 3_010, 3_010]);
    expect(behind).toEqual([3, 4]);
  });

  it('keeps a second evaluation of a step for the next one, and takes no two for a way back', () => {
    expect(assembled([9, { loss: 1, val_loss: 2 }], 'close', [9, { val_loss: 3 }], 'close', [10, { loss: 4 }])).toEqual(
      [
        { step: 9, loss: 1, validation_loss: 2 },
        { step: 10, loss: 4, validation_loss: 3 },
      ],
    );
  });

  it('takes an epoch for a step where nothing is told of steps', () => {
    expect(
      assembled(
        [0, { epoch_loss: 4, epoch_learning_rate: 0.1, epoch_accuracy: 0.5 }],
        [0, { epoch_loss: 5, evaluation_loss_vs_iterations: 5 }, 'validation'],
        'close',
        [1, { epoch_loss: 3 }],
      ),
    ).toEqual([
      { step: 0, epoch: 0, loss: 4, learning_rate: 0.1, validation_loss: 5, epoch_accuracy: 0.5 },
      { step: 1, epoch: 1, loss: 3 },
    ]);
  });

  it('puts what is told of an epoch with its last step where steps are told', () => {
    expect(
      assembled(
        [0, { batch_loss: 9 }],
        [50, { batch_loss: 8 }],
        [0, { epoch_loss: 8.5 }],
        [0, { epoch_loss: 7 }, 'validation'],
        [100, { batch_loss: 6 }],
      ),
    ).toEqual([
      { step: 0, loss: 9 },
      { step: 50, loss: 8 },
      { step: 50, epoch: 0, validation_loss: 7, epoch_loss: 8.5 },
      { step: 100, loss: 6 },
    ]);
  });

  it('makes no step of what has no meaning, or counts something else', () => {
    expect(
      assembled(
        [10, { 'lm loss': 2, 'learning-rate': 0.1 }],
        [5120, { 'lm loss vs samples': 2 }],
        [70_000, { 'samples/seen': 1 }],
        'close',
        [11, { 'lm loss': 1 }],
      ),
    ).toEqual([
      { step: 10, loss: 2, learning_rate: 0.1 },
      { step: 11, loss: 1, 'samples/seen': 1 },
    ]);
  });

  it('takes a field from one tag, and other tags of it for what they are', () => {
    expect(assembled([1, { loss: 2, 'train/loss': 1 }], [2, { 'train/loss': 4, loss: 3 }])).toEqual([
      { step: 1, loss: 2, 'train/loss': 1 },
      { step: 2, loss: 3, 'train/loss': 4 },
    ]);
  });

  it('takes anything', () => {
    const tag = fc.constantFrom('loss', 'val_loss', 'epoch_loss', 'epoch', 'x', 'a vs samples', 'step');
    const event = fc.tuple(fc.integer({ min: -5, max: 300 }), fc.dictionary(tag, fc.double()), fc.boolean());
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const told = events.map(([step, scalars, last]): Told | 'close' => (last ? 'close' : [step, scalars]));
        for (const given of assembled(...told)) expect(Object.keys(given).length).toBeGreaterThan(1);
      }),
    );
  });
});
