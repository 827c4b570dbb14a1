import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protocol, type Step } from '../../protocol/index.ts';
import { fieldNames } from '../../runs/index.ts';
import type { Refusal } from '../refusals.ts';
import { validateStep } from './step.ts';

const arrival = 1_800_000_000;

function validate(step: Step) {
  const refusals: Refusal[] = [];
  const report = validateStep(step, arrival, (refusal) => refusals.push(refusal));
  return { report, messages: refusals.map(({ message }) => message) };
}

describe('validateStep', () => {
  it('takes NaN and infinities as data and leaves absent fields absent', () => {
    const values = { loss: NaN, gradient_norm: Infinity, parameter_norm: NaN, validation_loss: -Infinity };
    expect(validate({ step: 0, unix_nanos: 1_799_999_999.5e9, ...values })).toEqual({
      report: { step: 0, time: 1_799_999_999.5, values, skipped: false },
      messages: [],
    });
  });

  it('tells a skipped step', () => {
    expect(validate({ step: 1, skipped: true }).report).toMatchObject({ skipped: true, values: {} });
  });

  it('takes no announcement of a phase that only a later version knows for a step', () => {
    const phase = 9 as unknown as NonNullable<Step['phase']>;
    const { report, messages } = validate({ step: 5, phase });
    expect([report, messages]).toEqual([null, [expect.stringContaining('Step.phase')]]);
    expect(validate({ step: 5, phase, loss: 2 }).report).toMatchObject({ step: 5, values: { loss: 2 } });
    expect(validate({ step: 5, phase: 'PHASE_IDLE' }).report).toMatchObject({ phase: 'idle', values: {} });
    expect(validate({ step: 5 }).report).toMatchObject({ step: 5, values: {} });
  });

  it.each([undefined, 2 ** 53, 1.8e19])('refuses a step whose number is %s', (step) => {
    const { report, messages } = validate({ ...(step === undefined ? {} : { step }), loss: 1 });
    expect(report).toBeNull();
    expect(messages).toEqual([expect.stringContaining('expected a whole number from 0 to 2^53 - 1')]);
  });

  it.each([
    ['never set', 0],
    ['in milliseconds', 1_799_999_999_000],
    ['ahead', (arrival + 301) * 1e9],
  ])('takes the time of arrival where the clock of the worker is %s', (_, nanos) => {
    const { report, messages } = validate({ step: 5, unix_nanos: nanos });
    expect(report?.time).toBe(arrival);
    expect(messages).toEqual([expect.stringContaining('Step.unix_nanos is')]);
  });

  it('takes the time of arrival where none is told, without a word', () => {
    expect(validate({ step: 5 })).toMatchObject({ report: { time: arrival }, messages: [] });
  });

  it.each([
    ['gradient_norm', -1],
    ['parameter_norm', -Infinity],
    ['learning_rate', -0.1],
    ['step_seconds', NaN],
    ['data_wait_seconds', -0.001],
    ['collective_wait_seconds', Infinity],
    ['epoch', NaN],
    ['samples', 2 ** 53],
    ['tokens', 1.8e19],
  ] as const)('leaves out a %s of %d and keeps the rest', (field, value) => {
    const { report, messages } = validate({ step: 3, loss: 1, [field]: value });
    expect(report?.values).toEqual({ loss: 1 });
    expect(messages).toEqual([expect.stringContaining(`Step.${field} of step 3 is ${value}, expected`)]);
  });

  it('knows every field of the proto file', () => {
    const names = (protocol.Step.type as { field: { name: string }[] }).field.map(({ name }) => name);
    const others = ['step', 'unix_nanos', 'skipped', 'phase', 'gradient_norm_scope', 'auxiliary_losses', 'extras'];
    expect(new Set([...fieldNames, ...others])).toEqual(new Set(names));
  });

  it('never throws, and what it accepts holds by the rules', () => {
    const any = fc.oneof(fc.double(), fc.integer());
    const step = fc.dictionary(fc.constantFrom(...fieldNames, 'step', 'unix_nanos'), any);
    fc.assert(
      fc.property(step, (given) => {
        const { report, messages } = validate(given);
        for (const message of messages) expect(message.length).toBeLessThan(250);
        if (report === null) return;
        expect(report.time).toBeLessThanOrEqual(arrival + 300);
        const { values } = report;
        expect(values.samples ?? 0).toSatisfy(Number.isSafeInteger);
        expect(values.step_seconds ?? 0).toBeGreaterThanOrEqual(0);
        expect((values.gradient_norm ?? 0) < 0).toBe(false);
        expect(Object.keys(values).length + messages.length).toBeGreaterThanOrEqual(
          fieldNames.filter((name) => name in given).length,
        );
      }),
    );
  });
});
