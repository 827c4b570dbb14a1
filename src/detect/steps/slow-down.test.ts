import { describe, expect, it } from 'vitest';
import type { StepValues } from '../../runs/index.ts';
import { Feed, normals, steps } from '../../../test/support/detection.ts';
import { slowDown } from './slow-down.ts';

/** Times of steps with a little noise, the same for the same seed. */
function times(seed: number, count: number, of: (at: number) => number) {
  const noise = normals(seed);
  return steps(count, (at) => ({ step_seconds: of(at) * Math.exp(0.03 * noise()) }));
}

describe('slowDown', () => {
  it('finds the steps that became longer and stay so, with when it began, and when it is over', () => {
    const feed = new Feed(slowDown);
    const said = feed.say(times(1, 400, (at) => (at >= 200 && at < 300 ? 0.3 : 0.2)));
    expect(said[0]).toMatch(/^warning 20[78]$/);
    expect(said.at(-1)).toMatch(/^recovered 3[0-3]\d$/);
  });

  it('tells by how much and since about when', () => {
    const feed = new Feed(slowDown);
    feed.say(steps(200, () => ({ step_seconds: 0.2 })));
    const verdicts = steps(20, () => feed.take({ step_seconds: 0.5 })).filter(({ status }) => status === 'evidence');
    expect(verdicts[0]).toMatchObject({
      severity: 'critical',
      firstStep: 200,
      step: 207,
      judgedFrom: 193,
      score: expect.closeTo(2.5) as number,
      baseline: expect.closeTo(0.2) as number,
      cause: 'A step takes rank 2 2.5 times as long as before since about step 200 (0.5 s instead of 0.2 s).',
    });
  });

  it('is silent for outliers, bursts, evaluations, steps that vary, and times that drift', () => {
    const noise = normals(2);
    const calm = (values: readonly Record<string, number>[]) => {
      expect(new Feed(slowDown).say(values)).toEqual([]);
    };
    calm(times(3, 1000, (at) => (at % 50 === 0 || (at > 400 && at < 407) ? 1 : 0.2)));
    calm(steps(1000, (at) => ({ step_seconds: 0.2, ...(at > 500 && { step_seconds: 2, evaluation_seconds: 1.8 }) })));
    calm(steps(3000, () => ({ step_seconds: 0.2 * Math.exp(0.3 * noise()) })));
    calm(times(4, 3000, (at) => 0.2 * (1 + at / 3000)));
  });

  it('is silent for steps that come and go between two lengths, and finds what makes both longer', () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const choice = normals(100 + seed);
      // One in five and one in three of the steps.
      for (const above of [0.84, 0.43]) {
        const twoLengths = times(seed, 2000, () => (choice() > above ? 0.6 : 0.2));
        expect(new Feed(slowDown).say(twoLengths)).toEqual([]);
      }
      const both = times(seed, 400, (at) => (choice() > 1.28 ? 0.4 : 0.2) * (at < 200 ? 1 : 2.5));
      expect(new Feed(slowDown).say(both)[0]).toMatch(/^(warning|critical) 2[01]\d$/);
    }
  });

  it('begins anew with longer sequences, of which a token takes longer, and not with ones that vary', () => {
    const feed = new Feed(slowDown);
    const grow = times(5, 800, (at) => 0.2 * (at < 400 ? 1 : 2.5));
    expect(feed.say(grow.map((step, at) => ({ ...step, tokens: at < 400 ? 1000 : 2000 })))).toEqual([]);
    const noise = normals(7);
    const slow = times(6, 800, (at) => (at < 400 ? 0.2 : 0.3)).map(({ step_seconds: seconds }) => {
      const share = Math.exp(0.4 * noise());
      return { step_seconds: seconds * share, tokens: Math.round(1000 * share) };
    });
    expect(new Feed(slowDown).say(slow)[0]).toMatch(/^warning 4[01]\d$/);
  });

  it('takes a larger batch for more work, and the same work that takes longer for slow', () => {
    const feed = new Feed(slowDown);
    feed.say(steps(200, () => ({ step_seconds: 0.2, tokens: 1000, batch_size: 4 })));
    expect(feed.say(steps(200, () => ({ step_seconds: 0.4, tokens: 2000, batch_size: 8 })))).toEqual([]);
    expect(feed.say(steps(20, () => ({ step_seconds: 0.6, tokens: 2000, batch_size: 8 })))[0]).toBe('warning 407');
    const blind = new Feed(slowDown);
    blind.say(steps(200, () => ({ step_seconds: 0.2, batch_size: 4 })));
    expect(blind.say(steps(200, () => ({ step_seconds: 0.4, batch_size: 8 })))).toEqual([]);
  });

  it('goes by the operations of the model or its utilisation where they are told: tokens of longer sequences are more work', () => {
    const noise = normals(8);
    const longer = times(9, 800, (at) => 0.2 * (1 + 0.25 * Math.floor(at / 200)));
    const told = (by: (seconds: number) => Record<string, number>, slow = 1) =>
      longer.map(({ step_seconds: seconds }, at) => ({
        ...{ step_seconds: seconds * (at < 700 ? 1 : slow), tokens: 4096 },
        ...by(seconds * Math.exp(0.02 * noise())),
      }));
    const operations = (seconds: number) => ({ floating_point_operations: 1e12 * seconds });
    expect(new Feed(slowDown).say(told(() => ({})))[0]).toMatch(/^warning 20/);
    expect(new Feed(slowDown).say(told(operations))).toEqual([]);
    expect(new Feed(slowDown).say(told(operations, 1.5))[0]).toMatch(/^warning 70/);
    expect(new Feed(slowDown).say(told(() => ({ mfu_ratio: 0.4 })))).toEqual([]);
  });

  it('finds what is slow by a utilisation that is a mean over steps, and by tokens where few steps tell one', () => {
    let mean = 0.4;
    const smooth = times(10, 500, (at) => (at < 400 ? 0.2 : 0.4)).map(({ step_seconds: seconds }) => {
      mean = 0.9 * mean + (0.1 * 0.08) / seconds;
      return { step_seconds: seconds, mfu_ratio: mean };
    });
    expect(new Feed(slowDown).say(smooth)[0]).toMatch(/^warning 4[01]\d$/);
    const seldom = times(11, 500, (at) => (at < 400 ? 0.2 : 0.4)).map((values, at) => ({
      ...{ ...values, tokens: 4096 },
      ...(at % 10 === 0 && { mfu_ratio: 0.08 / values.step_seconds }),
    }));
    expect(new Feed(slowDown).say(seldom)[0]).toMatch(/^(warning|critical) 40\d$/);
  });

  it('begins anew with another number of ranks where steps are not told to be as much work', () => {
    const resized = (values: StepValues) => {
      const feed = new Feed(slowDown);
      const said = steps(600, (at) =>
        feed.take(
          { step_seconds: (at < 300 ? 0.3 : 0.4) * (at < 500 ? 1 : 1.5), ...values },
          at < 300 ? { worldSize: 8 } : { worldSize: 6, attempt: 1 },
        ),
      );
      return said.findIndex(({ status }) => status === 'evidence');
    };
    expect(resized({ batch_size: 96 })).toBe(507);
    expect(resized({ samples: 12 })).toBe(324);
  });

  it('lets a process begin slowly that goes on for one before it', () => {
    const feed = new Feed(slowDown);
    feed.say(steps(200, () => ({ step_seconds: 0.2 })));
    const said = steps(60, (at) => feed.take({ step_seconds: at < 10 ? 5 : 0.2 }, { attempt: 1 }));
    expect(said.filter(({ status }) => status !== 'quiet')).toEqual([]);
  });
});
