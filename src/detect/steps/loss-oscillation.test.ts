import { describe, expect, it } from 'vitest';
import { Feed, normals, steps } from '../../../test/support/detection.ts';
import { lossOscillation } from './loss-oscillation.ts';

const noise = normals(6);

describe('lossOscillation', () => {
  it('warns of a loss that swings by a fifth, and recovers when it is calm', () => {
    const feed = new Feed(lossOscillation);
    const said = feed.say(steps(600, (at) => ({ loss: 2 + 0.4 * Math.sin(at / 12) + 0.02 * noise() })));
    expect(said[0]).toBe('warning 255');
    expect(feed.say(steps(600, () => ({ loss: 2 + 0.02 * noise() }))).at(-1)).toMatch(/^recovered/);
  });

  it('sees slow swings, and names where they began', () => {
    const feed = new Feed(lossOscillation);
    feed.say(steps(1000, () => ({ loss: 2 + 0.02 * noise() })));
    const said = feed.say(
      steps(3000, (at) => ({ loss: 2 + 0.4 * Math.sin((2 * Math.PI * at) / 400) + 0.02 * noise() })),
    );
    expect(said[0]).toMatch(/^warning (1[89]|2\d|3[0-2])\d\d$/);
    const verdict = feed.take({ loss: 2 });
    expect(verdict.status === 'evidence' && verdict.window).not.toBe(256);
  });

  it('is silent on a loss that follows a cyclic learning rate, and not on one that swings under a constant one', () => {
    const cycle = (constant: boolean) =>
      steps(8000, (at) => {
        const height = 1 - Math.abs((2 * (at % 1000)) / 1000 - 1);
        const learning_rate = constant ? 0.1 : 0.005 + 0.1 * height;
        return { loss: 2 * (1 + 0.25 * height) * (1 + 0.02 * noise()), learning_rate };
      });
    expect(new Feed(lossOscillation).say(cycle(false))).toEqual([]);
    expect(new Feed(lossOscillation).say(cycle(true))[0]).toMatch(/^warning/);
  });

  it('is silent on a loss that wanders slowly', () => {
    let told = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = normals(seed);
      let wander = random();
      const losses = steps(4000, () => {
        wander = 0.99 * wander + Math.sqrt(1 - 0.99 ** 2) * random();
        return { loss: 2 * Math.exp(0.05 * wander + 0.02 * random()) };
      });
      if (new Feed(lossOscillation).say(losses).length > 0) told += 1;
    }
    expect(told).toBeLessThanOrEqual(1);
  });

  it('is silent on a loss that falls, on noise of a fifth, on a single spike and on two levels', () => {
    const losses: ((at: number) => number)[] = [
      (at) => 5 / (1 + at / 100) + 0.02 * noise(),
      () => 2 + 0.4 * noise(),
      (at) => (at === 500 ? 20 : 2) + 0.02 * noise(),
      (at) => (at < 500 ? 2 : 1) + 0.02 * noise(),
    ];
    for (const loss of losses) {
      expect(new Feed(lossOscillation).say(steps(2000, (at) => ({ loss: loss(at) })))).toEqual([]);
    }
  });

  it('is silent on batches of two kinds, by turns or by chance', () => {
    let told = 0;
    for (let seed = 30; seed < 40; seed += 1) {
      const random = normals(seed);
      const ofTwo = (first: boolean) => (first ? 3 : 0.8) * Math.exp(0.1 * random());
      for (const isFirst of [() => random() > 0, () => random() > 0.8, (at: number) => at % 2 === 0]) {
        const losses = steps(4000, (at) => ({ loss: ofTwo(isFirst(at)) }));
        if (new Feed(lossOscillation).say(losses).length > 0) told += 1;
      }
    }
    expect(told).toBeLessThanOrEqual(1);
  });

  it('begins its path anew after a return to a checkpoint', () => {
    const feed = new Feed(lossOscillation);
    feed.say(steps(250, (at) => ({ loss: 2 + 0.4 * Math.sin(at / 12) })));
    feed.take({ loss: 2 }, { step: 10, wentBack: true });
    expect(feed.say(steps(200, (at) => ({ loss: 2 + 0.4 * Math.sin(at / 12) })))).toEqual([]);
  });
});
