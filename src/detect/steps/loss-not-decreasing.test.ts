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
    const verdicts = steps(16, () => feed.take({ loss: 6.9 })).filter(({ status }) => status === 'evidence');
    expect(verdicts).toMatchObject([
      {
        firstStep: 0,
        cause: expect.stringMatching(
          /^The training loss of rank 2 began at 6\.\d+ and is 6\.\d+ up to step 3\d\d: it/,
        ) as string,
      },
    ]);
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

  it('tells nearly all flat losses under noise of 5 %, and none that falls by a tenth within 400', () => {
    const warned = (fall: number) =>
      steps(40, (seed) => {
        const of = normals(seed + 1);
        const losses = steps(400, (at) => ({ loss: 2.3 * (1 - (fall * at) / 400) * Math.exp(0.05 * of()) }));
        return new Feed(lossNotDecreasing).say(losses);
      }).filter((said) => said.some((each) => each.startsWith('warning'))).length;
    expect(warned(0)).toBeGreaterThanOrEqual(32);
    expect(warned(0.1)).toBe(0);
  });

  it('asks no fall of what noise would hide, of a loss of 0, or of one about 0', () => {
    const batchOfOne = () => ({ loss: 0.3 * Math.exp(noise()) });
    expect(new Feed(lossNotDecreasing).say(steps(600, batchOfOne))).toEqual([]);
    const satisfied = (at: number) => ({ loss: at % 5 === 0 ? 0.1 * Math.exp(-at / 300) : 0 });
    expect(new Feed(lossNotDecreasing).say(steps(600, satisfied))).toEqual([]);
    expect(new Feed(lossNotDecreasing).say(steps(600, () => ({ loss: 0.02 * noise() })))).toEqual([]);
  });

  it('takes a fall for one that was over with the second loss, and no rise for a standstill', () => {
    const soonOver = (at: number) => ({ loss: (at === 0 ? 11 : 7) + 0.1 * noise() });
    expect(new Feed(lossNotDecreasing).say(steps(600, soonOver))).toEqual([]);
    const player = (at: number) => ({ loss: 1 + at / 1000 + 0.01 * noise() });
    expect(new Feed(lossNotDecreasing).say(steps(300, player)).filter((each) => !each.startsWith('info'))).toEqual([]);
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

  it('asks a fall again of a run that begins again, and no better level than that of its path', () => {
    const falling = (at: number) => ({ loss: (1 + 5 / (1 + at / 50)) * (1 + 0.02 * noise()) });
    const stuck = new Feed(lossNotDecreasing);
    expect(stuck.say(steps(1500, falling))).toEqual([]);
    stuck.take({ loss: 6 }, { step: 0, wentBack: true });
    expect(stuck.say(steps(300, flat(6)))[0]).toBe('warning 199');
    const learns = new Feed(lossNotDecreasing);
    expect(learns.say(steps(1500, falling))).toEqual([]);
    learns.take(falling(800), { step: 800, wentBack: true });
    const slowly = (at: number) => ({ loss: 1.5 - at / 10_000 + 0.005 * noise() });
    expect(learns.say(steps(3000, slowly))).toEqual([]);
  });
});
