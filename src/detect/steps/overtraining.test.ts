import { describe, expect, it } from 'vitest';
import { Feed, normals, steps } from '../../../test/support/detection.ts';
import { overtraining } from './overtraining.ts';

const noise = normals(7);
const evaluation = (level: number) => ({
  validation_loss: level + 0.001 * noise(),
  evaluated_training_loss: level - 0.1 + 0.001 * noise(),
});

describe('overtraining', () => {
  it('informs when neither loss has become better for as long as the run took to come so far', () => {
    const feed = new Feed(overtraining);
    expect(feed.say(steps(30, (at) => evaluation(2 - 0.03 * at)))).toEqual([]);
    const said = feed.say(steps(40, () => evaluation(1.2)));
    expect(said[0]).toMatch(/^info (5|6)\d$/);
    expect(feed.take(evaluation(1.2))).toMatchObject({
      severity: 'info',
      advice: expect.stringMatching(/^Stop and keep the checkpoint of about step (29|30)/) as string,
    });
    expect(feed.say(steps(8, () => evaluation(0.9)))).toContainEqual(expect.stringMatching(/^recovered/));
  });

  it('forgets what was best on a path that was abandoned', () => {
    const feed = new Feed(overtraining);
    const falling = (at: number) => evaluation(2 - 0.01 * Math.min(at, 100));
    expect(feed.say(steps(100, falling))).toEqual([]);
    feed.take(falling(0), { step: 0, wentBack: true });
    const slower = (at: number) => evaluation(2 - 0.004 * at);
    expect(feed.say(steps(240, slower))).toEqual([]);
  });

  it('is silent while one of the losses still becomes better, and in short runs', () => {
    const fit = steps(200, (at) => ({ validation_loss: 1, evaluated_training_loss: 1 / (1 + at / 50) }));
    expect(new Feed(overtraining).say(fit)).toEqual([]);
    expect(new Feed(overtraining).say(steps(20, () => evaluation(1)))).toEqual([]);
  });
});
