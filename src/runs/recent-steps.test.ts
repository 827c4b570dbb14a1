import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { RecentSteps, type StepReport } from './recent-steps.ts';
import type { StepValues } from './observation.ts';

function report(step: number, values: StepValues, skipped = false): StepReport {
  return { step, time: 1_700_000_000 + step, values, skipped };
}

describe('RecentSteps', () => {
  it('completes a step with a part that brings only what it lacks', () => {
    const steps = new RecentSteps();
    const first = steps.take(report(1, { loss: 2 }));
    steps.take(report(2, { loss: 1.9 }));
    const part = steps.take(report(1, { gradient_norm: 0.5 }));
    expect(part).toBe(first);
    expect(part).toMatchObject({ step: 1, known: { loss: 2, gradient_norm: 0.5 }, reports: 2, wentBack: false });
    expect(steps.newest?.step).toBe(2);
  });

  it('leaves what was known before a part as it was', () => {
    const steps = new RecentSteps();
    const before = steps.take(report(1, { loss: 2 })).known;
    steps.take(report(1, { gradient_norm: 0.5 }));
    expect(before).toEqual({ loss: 2 });
  });

  it('takes a field that its step had already as a step back', () => {
    const steps = new RecentSteps();
    steps.take(report(7, { loss: 2 }));
    expect(steps.take(report(7, { loss: 2 }))).toMatchObject({ step: 7, wentBack: true, reports: 1 });
  });

  it('takes a lower step that it does not hold as a step back, once', () => {
    const steps = new RecentSteps();
    for (let step = 100; step <= 120; step += 1) steps.take(report(step, { loss: 1 }));
    const back = { ...report(50, { gradient_norm: 1 }), time: 1_700_000_121 };
    expect(steps.take(back).wentBack).toBe(true);
    expect(steps.take({ ...report(51, { loss: 1 }), time: 1_700_000_122 }).wentBack).toBe(false);
  });

  it('takes a lower step that ended earlier for late, however far below, and keeps the last eight', () => {
    const steps = new RecentSteps();
    for (let step = 100; step <= 120; step += 1) steps.take(report(step, { loss: 1 }));
    for (let step = 40; step <= 50; step += 1) {
      expect(steps.take(report(step, { loss: 1 }))).toMatchObject({ late: true, wentBack: false, reports: 1 });
    }
    expect(steps.newest?.step).toBe(120);
    expect(steps.take(report(113, { gradient_norm: 1 }))).toMatchObject({ reports: 2, wentBack: false });
  });

  it('trusts no clock but that of the process which speaks', () => {
    const steps = new RecentSteps();
    for (let step = 100; step <= 120; step += 1) steps.take(report(step, { loss: 1 }));
    steps.renew();
    const resumed = (step: number) => ({ ...report(step, { loss: 1 }), time: 1_600_000_000 + step });
    expect(steps.take(resumed(50))).toMatchObject({ late: false, wentBack: true });
    expect(steps.take(resumed(51))).toMatchObject({ late: false, wentBack: false });
    expect(steps.take(resumed(49))).toMatchObject({ late: true });
  });

  it('completes no step of another process, before and after a restart of the exporter', () => {
    const before = new RecentSteps();
    for (const step of [8, 9, 10]) before.take(report(step, { loss: 1 }));
    before.renew();
    const after = new RecentSteps();
    after.restore(before.save());
    for (const steps of [before, after]) {
      const resumed = (step: number, values: StepValues, time = step) => ({
        ...report(step, values),
        time: 1_600_000_000 + time,
      });
      const again = { known: { gradient_norm: 7 }, reports: 1, late: false };
      expect(steps.take(resumed(8, { gradient_norm: 7 }))).toMatchObject({ ...again, wentBack: true });
      expect(steps.take(resumed(10, { gradient_norm: 7 }))).toMatchObject({ ...again, wentBack: false });
      expect(steps.take(resumed(9, { gradient_norm: 7 }))).toMatchObject({ ...again, late: true });
      expect(steps.take(resumed(10, { loss: 2 }))).toMatchObject({ known: { gradient_norm: 7, loss: 2 }, reports: 2 });
    }
  });

  it('forgets a step after eight newer ones, so that its part is late', () => {
    const steps = new RecentSteps();
    steps.take(report(0, { loss: 1 }));
    for (let step = 1; step <= 7; step += 1) steps.take(report(step, { loss: 1 }));
    expect(steps.take(report(0, { gradient_norm: 1 })).wentBack).toBe(false);
    steps.take(report(8, { loss: 1 }));
    expect(steps.take(report(0, { parameter_norm: 1 }))).toMatchObject({ late: true, reports: 1 });
  });

  it('does not mistake the late part of an abandoned step for a leap ahead', () => {
    const steps = new RecentSteps();
    for (let step = 1; step <= 5; step += 1) steps.take(report(step, { loss: 1 }));
    expect(steps.take(report(3, { loss: 1 })).wentBack).toBe(true);
    expect(steps.take(report(5, { gradient_norm: 9 })).reports).toBe(2);
    expect(steps.newest?.step).toBe(3);
    expect(steps.take(report(4, { loss: 1 }))).toMatchObject({ wentBack: false, reports: 1 });
    expect(steps.take(report(5, { loss: 1 }))).toMatchObject({ wentBack: false, reports: 1, known: { loss: 1 } });
  });

  it('tells a repetition from a step back by its time', () => {
    const steps = new RecentSteps();
    steps.take(report(1, { loss: NaN, samples: 8 }));
    expect(steps.repeats(report(1, { loss: NaN }))).toBe(true);
    expect(steps.repeats(report(1, { loss: 2 }))).toBe(false);
    expect(steps.repeats(report(1, { gradient_norm: 2 }))).toBe(false);
    expect(steps.repeats({ ...report(1, { loss: NaN }), time: 1_700_000_999 })).toBe(false);
    expect(steps.repeats(report(1, {}))).toBe(false);
    expect(steps.repeats(report(2, { loss: NaN }))).toBe(false);
  });

  it('knows a part again that has a time of its own, after a restart of the exporter too', () => {
    const steps = new RecentSteps();
    const [first, part] = [report(2, { loss: 1 }), { ...report(2, { gradient_norm: 3 }), time: 1_700_000_002.5 }];
    steps.take(first);
    steps.take(part);
    const restarted = new RecentSteps();
    restarted.restore(steps.save());
    for (const each of [steps, restarted]) expect([each.repeats(first), each.repeats(part)]).toEqual([true, true]);
    expect(steps.repeats({ ...part, time: 1_700_000_003 })).toBe(false);
  });

  it('takes a step that was held up on its way for what it is, and goes on from the newest', () => {
    const steps = new RecentSteps();
    for (const step of [1, 2, 4, 5]) steps.take(report(step, { loss: 1 }));
    expect(steps.take(report(3, { loss: 1 }))).toMatchObject({ late: true, wentBack: false, reports: 1 });
    expect(steps.newest?.step).toBe(5);
    expect(steps.take({ ...report(0, { loss: 1 }), time: 1_700_000_900 })).toMatchObject({
      late: false,
      wentBack: true,
    });
  });

  it('never goes back while steps rise, however they are cut into parts', () => {
    const cut = fc.array(fc.constantFrom('together', 'apart', 'late'), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(cut, (cuts) => {
        const steps = new RecentSteps();
        let late: number | null = null;
        for (const [step, how] of cuts.entries()) {
          const taken = steps.take(report(step, how === 'together' ? { loss: 1, gradient_norm: 1 } : { loss: 1 }));
          expect(taken).toMatchObject({ step, reports: 1, wentBack: false });
          if (late !== null) expect(steps.take(report(late, { gradient_norm: 1 })).reports).toBe(2);
          late = how === 'late' ? step : null;
          if (how === 'apart') expect(steps.take(report(step, { gradient_norm: 1 })).reports).toBe(2);
          expect(steps.newest?.step).toBe(step);
        }
      }),
    );
  });
});
