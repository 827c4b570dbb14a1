import { describe, expect, it } from 'vitest';
import { Feed, normals, steps } from '../../../test/support/detection.ts';
import { vanishingGradient } from './vanishing-gradient.ts';

describe('vanishingGradient', () => {
  it('warns of a norm that falls to nothing and stays there, and recovers', () => {
    const noise = normals(1);
    const feed = new Feed(vanishingGradient);
    const usual = () => ({ gradient_norm: Math.exp(0.3 * noise()) });
    expect(feed.say(steps(100, usual))).toEqual([]);
    const said = feed.say(steps(30, () => ({ gradient_norm: 1e-5 })));
    expect(said[0]).toBe('warning 119');
    expect(feed.take({ gradient_norm: 1e-5 })).toMatchObject({
      firstStep: 100,
      cause: expect.stringMatching(
        /^The gradient norm of rank 2 is 0\.00001|1e-5 since step 100, usually [01](\.\d+)? \(limit 0\.0\d+\)\.$/,
      ) as string,
    });
    expect(feed.say(steps(20, usual))).toEqual(['recovered 140']);
  });

  it('knows nothing for a gradient from the first step on', () => {
    expect(new Feed(vanishingGradient).say(steps(20, () => ({ gradient_norm: 0 })))).toEqual(['warning 19']);
  });

  it('is silent on single small norms, on a slow descent, and on skipped steps', () => {
    const single = steps(300, (at) => ({ gradient_norm: at % 15 === 0 ? 0 : 1 }));
    expect(new Feed(vanishingGradient).say(single)).toEqual([]);
    const descent = steps(2000, (at) => ({ gradient_norm: Math.exp(-at / 200) }));
    expect(new Feed(vanishingGradient).say(descent)).toEqual([]);
    const feed = new Feed(vanishingGradient);
    for (let at = 0; at < 60; at += 1) {
      expect(feed.take({ gradient_norm: 0 }, { skipped: true })).toEqual({ status: 'quiet' });
    }
  });

  it('is silent while the loss is exactly 0', () => {
    const batch = (at: number) => (at % 200 < 100 ? { gradient_norm: 0.7, loss: 0.02 } : { gradient_norm: 0, loss: 0 });
    expect(new Feed(vanishingGradient).say(steps(1000, batch))).toEqual([]);
  });

  it('learns anew what is usual in a run that begins again', () => {
    const feed = new Feed(vanishingGradient);
    const growing = (at: number) => ({ gradient_norm: 0.01 + at / 100 });
    expect(feed.say(steps(1000, growing))).toEqual([]);
    feed.take(growing(0), { wentBack: true, step: 0 });
    expect(feed.say(steps(1000, (at) => growing(at + 1)))).toEqual([]);
  });

  it('counts anew after a return to a checkpoint', () => {
    const feed = new Feed(vanishingGradient);
    feed.say(steps(19, () => ({ gradient_norm: 0 })));
    expect(feed.take({ gradient_norm: 0 }, { wentBack: true, step: 3 })).toEqual({ status: 'quiet' });
  });

  it('tells of a norm that fades while the loss stands still, and of none that fades with it', () => {
    const noise = normals(4);
    const fading = (loss: (at: number) => number) =>
      steps(1500, (at) => ({
        gradient_norm: Math.exp(0.3 * noise() - Math.max(0, at - 500) / 60),
        loss: loss(at) * Math.exp(0.02 * noise()),
      }));
    const frozen = new Feed(vanishingGradient);
    const [first] = frozen.say(fading(() => 2));
    // A thousandth is reached 414 steps after the norm began to fade.
    expect(first).toMatch(/^warning 9\d\d$/);
    const converging = new Feed(vanishingGradient, { floor: '0' });
    expect(converging.say(fading((at) => 2 * Math.exp(-Math.max(0, at - 500) / 120)))).toEqual([]);
    const unknown = new Feed(vanishingGradient, { floor: '0' });
    expect(unknown.say(fading(() => 2).map(({ gradient_norm }) => ({ gradient_norm })))).toEqual([]);
  });

  it('is silent where the loss converges on zero with the norm, however long ago, and not where the gradient is cut off', () => {
    const noise = normals(5);
    const regression = (at: number) => {
      const error = Math.exp(-Math.min(at / 20, 18) + 0.1 * noise());
      return { gradient_norm: 8 * error, loss: 16 * error ** 2 };
    };
    expect(new Feed(vanishingGradient).say(steps(3000, regression))).toEqual([]);
    const cutOff = (at: number) => (at < 300 ? regression(at / 10) : { gradient_norm: 1e-9, loss: 1 });
    expect(new Feed(vanishingGradient).say(steps(330, cutOff))[0]).toBe('warning 319');
  });
});
