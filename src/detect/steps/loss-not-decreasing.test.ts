import { describe, expect, it } from 'vitest';
import { Feed, normals, steps } from '../../../test/support/detection.ts';
import { lossNotDecreasing } from './loss-not-decreasing.ts';

const noise = normals(5);
const flat = (level: number) => () => ({ loss: level * (1 + 0.02 * noise()) });

describe('lossNotDecreasing', () => {
  it('warns once of a loss that is flat from the start, and recovers when it falls', () => {
    const feed = new Feed(lossNotDecreasing);
    const said = feed.say(steps(300, flat(6.9)));
    expect(said[0]).toBe('warning 199');
    expect(feed.take({ loss: 6.9 })).toMatchObject({
      cause: expect.stringMatching(
        /^The training loss of rank 2 began at 6\.\d+ and is 6\.\d+ at step 300: it/,
      ) as string,
    });
    expect(feed.say(steps(60, flat(5)))).toContainEqual(expect.stringMatching(/^recovered/));
  });

  it('is silent on a loss that falls, however slowly, and informs when it has stood still for half of the run', () => {
    const falling = (at: number) => ({ loss: (1 + 5 / (1 + at / 50)) * (1 + 0.02 * noise()) });
    const feed = new Feed(lossNotDecreasing);
    expect(feed.say(steps(3000, falling))).toEqual([]);
    const said = feed.say(steps(4000, flat(1.1)));
    expect(said[0]).toMatch(/^info \d+$/);
    // Not before as many losses again as it took to come down.
    expect(Number(said[0]?.split(' ')[1])).toBeGreaterThan(4000);
  });

  it('sees a fall in units of the noise too, where a constant makes the loss large', () => {
    for (const constant of [-1000, 1000]) {
      const loss = (at: number) => ({ loss: constant + 20 * Math.exp(-at / 200) + noise() });
      expect(new Feed(lossNotDecreasing).say(steps(1200, loss))).toEqual([]);
      const stuck = () => ({ loss: constant + noise() });
      expect(new Feed(lossNotDecreasing).say(steps(300, stuck))[0]).toBe('warning 199');
    }
  });

  it('gives another learning rate and a checkpoint their time, and asks no fall of a run that goes on', () => {
    const feed = new Feed(lossNotDecreasing);
    feed.take({ loss: 1, learning_rate: 0.1 }, { step: 50_000 });
    expect(feed.say(steps(900, () => ({ ...flat(1)(), learning_rate: 0.1 })))).toEqual([]);
    expect(feed.say(steps(900, () => ({ ...flat(1)(), learning_rate: 0.01 })))).toEqual([]);
    feed.take({ loss: 1 }, { step: 50_100, wentBack: true });
    expect(feed.say(steps(900, flat(1)))).toEqual([]);
  });
});
