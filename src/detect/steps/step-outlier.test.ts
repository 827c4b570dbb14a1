import { describe, expect, it } from 'vitest';
import { Feed, normals, steps } from '../../../test/support/detection.ts';
import { stepOutlier } from './step-outlier.ts';

describe('stepOutlier', () => {
  it('finds a single slow step at once, and that it was one', () => {
    const feed = new Feed(stepOutlier);
    const noise = normals(1);
    const said = feed.say(steps(200, (at) => ({ step_seconds: (at === 120 ? 2 : 0.2) * Math.exp(0.02 * noise()) })));
    expect(said).toEqual(['info 120', 'recovered 140']);
  });

  it('tells whether the rank waited for others meanwhile', () => {
    const feed = new Feed(stepOutlier);
    feed.say(steps(50, () => ({ step_seconds: 0.2, collective_wait_seconds: 0.05 })));
    expect(feed.take({ step_seconds: 2, collective_wait_seconds: 1.85 })).toMatchObject({
      cause: 'Step 50 of rank 2 took 2 s, where 0.2 s are usual; for 1.85 s of it the rank waited for others.',
    });
    expect(feed.take({ step_seconds: 2, collective_wait_seconds: 0.05 })).toMatchObject({
      cause: expect.stringMatching(/among the last 200\.$/) as string,
    });
  });

  it('warns when there are many', () => {
    const noise = normals(7);
    const said = new Feed(stepOutlier).say(steps(400, () => ({ step_seconds: noise() > 1.2 ? 1 : 0.2 })));
    expect(said.some((each) => each.startsWith('warning'))).toBe(true);
  });

  it('expects what came twice at the same distance, and what is told as an evaluation or a checkpoint', () => {
    const periodic = new Feed(stepOutlier);
    expect(periodic.say(steps(2000, (at) => ({ step_seconds: at % 100 === 99 ? 1 : 0.2 })))).toEqual([
      'info 99',
      'recovered 119',
      'info 199',
      'recovered 219',
    ]);
    for (const told of ['evaluation_seconds', 'checkpoint_seconds', 'validation_loss'] as const) {
      const feed = new Feed(stepOutlier);
      expect(
        feed.say(steps(300, (at) => (at % 100 === 99 ? { step_seconds: 9, [told]: 8 } : { step_seconds: 0.2 }))),
      ).toEqual([]);
    }
  });

  it('does not take no time for an evaluation or a checkpoint', () => {
    const none = { evaluation_seconds: 0, checkpoint_seconds: 0 };
    const feed = new Feed(stepOutlier);
    expect(feed.say(steps(60, (at) => ({ step_seconds: at === 50 ? 2 : 0.2, ...none })))).toEqual(['info 50']);
  });

  it('leaves a new level to others, and noise alone', () => {
    const noise = normals(2);
    const said = new Feed(stepOutlier).say(steps(300, (at) => ({ step_seconds: at < 150 ? 0.2 : 0.5 })));
    expect(said).toEqual(['info 150', 'info 151', 'recovered 201']);
    expect(new Feed(stepOutlier).say(steps(3000, () => ({ step_seconds: Math.exp(0.3 * noise()) })))).toEqual([]);
  });

  it('passes over what is no time', () => {
    const feed = new Feed(stepOutlier);
    feed.say(steps(50, () => ({ step_seconds: 0.2 })));
    for (const step_seconds of [NaN, Infinity, 0]) expect(feed.take({ step_seconds })).toEqual({ status: 'quiet' });
  });
});
