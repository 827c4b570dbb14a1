import { describe, expect, it } from 'vitest';
import { SeriesTable } from '../series/index.ts';
import { fields } from './fields.ts';
import { rankMetrics } from './metrics.ts';
import type { StepValues } from './observation.ts';
import { RecentSteps } from './recent-steps.ts';
import { ShownStep } from './shown-step.ts';

/** @param seconds between two steps */
function start(seconds = 1) {
  const { state, step, lastStepTimestamp } = rankMetrics;
  const group = new SeriesTable().group(['run', 'rank'], { state, step, lastStepTimestamp, ...fields });
  const row = group.row({ run: 'digits', rank: '0' });
  const shown = new ShownStep(group, row);
  const recent = new RecentSteps();
  return {
    report: (step: number, values: StepValues) => {
      shown.update(recent.take({ step, time: 1000 + step * seconds, values, skipped: false }), values);
    },
    silent: (seconds: number) => {
      shown.silent(seconds);
    },
    settle: () => {
      shown.settle();
    },
    block: () => ({
      step: row.get('step'),
      time: row.get('lastStepTimestamp'),
      loss: row.get('loss'),
      norm: row.get('gradient_norm'),
    }),
    get: row.get.bind(row),
  };
}

describe('ShownStep', () => {
  it('shows number, time and values of one step', () => {
    const { report, block } = start();
    report(1, { loss: 2, gradient_norm: 0.5 });
    report(2, { loss: 1, gradient_norm: 0.4 });
    expect(block()).toEqual({ step: 2, time: 1002, loss: 1, norm: 0.4 });
  });

  it('never shows a value of an earlier step beside a step that lacks it', () => {
    const { report, block } = start();
    report(1, { loss: 2, gradient_norm: 0.5 });
    report(2, { loss: 1 });
    expect(block()).toEqual({ step: 2, time: 1002, loss: 1, norm: undefined });
  });

  it('waits for a part that comes before the next step', () => {
    const { report, block } = start();
    for (let step = 1; step <= 10; step += 1) {
      report(step, { loss: step });
      if (step > 2) expect(block()).toEqual({ step: step - 1, time: 999 + step, loss: step - 1, norm: step - 1 });
      report(step, { gradient_norm: step });
      expect(block()).toEqual({ step, time: 1000 + step, loss: step, norm: step });
    }
  });

  it('waits for a part that comes after the next step', () => {
    const { report, block } = start();
    report(1, { loss: 1 });
    for (let step = 2; step <= 10; step += 1) {
      report(step, { loss: step });
      report(step - 1, { gradient_norm: step - 1 });
      if (step > 2) expect(block()).toEqual({ step: step - 1, time: 999 + step, loss: step - 1, norm: step - 1 });
    }
  });

  it('waits no longer than to the next step where a value comes now and then only', () => {
    const { report, block } = start();
    for (let step = 1; step <= 40; step += 1) {
      report(step, step % 10 === 0 ? { loss: step, gradient_norm: step } : { loss: step });
      const { step: at = NaN, loss, norm } = block();
      expect(step - at).toBeLessThanOrEqual(1);
      expect({ loss, norm }).toEqual({ loss: at, norm: at % 10 === 0 ? at : undefined });
    }
  });

  it('keeps the last result of an evaluation and the last epoch', () => {
    const { report, get } = start();
    report(1, { loss: 1, validation_loss: 3, epoch: 2 });
    report(2, { loss: 1 });
    report(3, { loss: 1 });
    expect([get('step'), get('validation_loss'), get('epoch')]).toEqual([3, 3, 2]);
  });

  it('shows a step back at once', () => {
    const { report, block } = start();
    for (let step = 1; step <= 5; step += 1) report(step, { loss: step, gradient_norm: step });
    report(2, { loss: 20 });
    expect(block()).toEqual({ step: 2, time: 1002, loss: 20, norm: undefined });
    report(3, { loss: 30 });
    expect(block().step).toBe(3);
  });

  it('shows what still waits when nothing more is expected', () => {
    const { report, settle, block } = start();
    for (let step = 1; step <= 3; step += 1) report(step, { loss: step, gradient_norm: step });
    report(4, { loss: 4 });
    expect(block().step).toBe(3);
    settle();
    expect(block()).toEqual({ step: 4, time: 1004, loss: 4, norm: undefined });
  });

  it.each([
    ['10 s', 1, 10],
    ['twice what a step takes', 60, 120],
    ['5 min', 1_000, 300],
    ['10 s where the clock was set back', -3_000, 10],
  ])('shows what still waits when nothing came for %s', (_, seconds, patience) => {
    const { report, silent, block } = start(seconds);
    for (const step of [1, 2]) report(step, { loss: step, gradient_norm: step });
    report(3, { loss: 3 });
    silent(patience - 1);
    expect(block().step).toBe(2);
    silent(patience);
    expect(block()).toEqual({ step: 3, time: 1000 + 3 * seconds, loss: 3, norm: undefined });
    report(3, { gradient_norm: 3 });
    expect(block().norm).toBe(3);
  });
});
