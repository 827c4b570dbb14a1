import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Feed, normals, steps } from '../../../test/support/detection.ts';
import { overfitting } from './overfitting.ts';

/** Evaluations whose validation loss turns at `turn` while the training loss falls on. */
function turning(count: number, turn: number, noise = 0.002, seed = 1) {
  const random = normals(seed);
  return steps(count, (at) => ({
    validation_loss: (1 + 0.01 * Math.abs(at - turn)) * (1 + noise * random()),
    evaluated_training_loss: 1 / (1 + 0.05 * at),
  }));
}

describe('overfitting', () => {
  it('warns some evaluations after the turn, and names the best', () => {
    const feed = new Feed(overfitting);
    const said = feed.say(turning(40, 20));
    expect(said.length).toBeGreaterThan(0);
    const [, first] = /^warning (\d+)$/.exec(said[0]!)!;
    expect(Number(first)).toBeGreaterThan(22);
    expect(Number(first)).toBeLessThan(32);
    expect(feed.take({ validation_loss: 1.3, evaluated_training_loss: 0.3 })).toMatchObject({
      cause: expect.stringMatching(
        /^The validation loss of rank 2 has risen to 1\.\d+ at step 40 from its best, [\d.]+ at step 2\d, while/,
      ) as string,
      firstStep: expect.any(Number) as number,
    });
  });

  it('finds it in a run of twelve evaluations', () => {
    const feed = new Feed(overfitting);
    const short = steps(12, (at) => ({
      validation_loss: at <= 3 ? 0.67 + 0.3 * (3 - at) : 0.67 + 0.09 * (at - 3),
      evaluated_training_loss: 1.6 * Math.exp(-0.3 * at),
    }));
    expect(feed.say(short.slice(0, 9))).toEqual([]);
    expect(feed.take(short[9]!)).toMatchObject({
      status: 'evidence',
      firstStep: 4,
      cause: expect.stringMatching(/has risen to 1\.12 at step 9 from its best, 0\.76 at step 3,/) as string,
    });
    expect(feed.say(short.slice(10))).toHaveLength(2);
  });

  it.each([18, 30, 42])('finds it soon after a curved descent to the best of 60 evaluations, the one at %d', (turn) => {
    const random = normals(turn);
    const feed = new Feed(overfitting);
    const [first] = feed.say(
      steps(60, (at) => ({
        validation_loss:
          (0.9 + 1.4 * Math.exp(-Math.min(at, turn) / 9)) *
          (1 + (0.3 * Math.max(0, at - turn)) / (59 - turn)) *
          Math.exp(0.005 * random()),
        evaluated_training_loss: 0.1 + 2.2 * Math.exp(-at / 15),
      })),
    );
    expect(Number(/^warning (\d+)$/.exec(first ?? '')?.[1])).toBeLessThanOrEqual(turn + 16);
  });

  it('finds it where mixup and dropout hold the training loss above, if that falls clearly', () => {
    const runs = (trainingLoss: (at: number) => number) => {
      const random = normals(4);
      return new Feed(overfitting).say(
        turning(80, 30).map(({ validation_loss }, at) => ({
          validation_loss,
          evaluated_training_loss: trainingLoss(at) * Math.exp(0.02 * random()),
        })),
      );
    };
    expect(runs((at) => 2 + 1.4 * Math.exp(-at / 30))[0]).toMatch(/^warning/);
    expect(runs(() => 2)).toEqual([]);
  });

  it('finds a large rise of a short run whose validation loss levels off and falls back a little', () => {
    const losses = [0.7, 0.6, 0.55, 0.5, 0.51, 0.53, 0.56, 0.575, 0.57, 0.56, 0.57, 0.59, 0.6, 0.61, 0.615, 0.617];
    const run = (training: (at: number) => number) =>
      losses.map((validation_loss, at) => ({ validation_loss, evaluated_training_loss: training(at) }));
    const feed = new Feed(overfitting);
    expect(feed.say(run((at) => 0.6 * Math.exp(-0.1 * at)))[0]).toMatch(/^warning (9|1\d)$/);
    expect(new Feed(overfitting).say(run(() => 0.3))).toEqual([]);
    const small = run((at) => 0.6 * Math.exp(-0.1 * at)).map((each) => ({
      ...each,
      validation_loss: 0.5 + 0.5 * (each.validation_loss - 0.5),
    }));
    expect(new Feed(overfitting).say(small)).toEqual([]);
  });

  it('asks of rises without a break that the training loss falls, and that they begin at the lowest', () => {
    const rising = steps(12, (at) => ({ validation_loss: 0.6 + 0.09 * at, evaluated_training_loss: 0.3 + 0.01 * at }));
    expect(new Feed(overfitting).say(rising)).toEqual([]);
    const after = steps(14, (at) => ({
      validation_loss: at < 7 ? 0.5 : 0.5 + 0.005 * (at - 6),
      evaluated_training_loss: 0.4 / (1 + at),
    }));
    expect(new Feed(overfitting).say(after).length).toBeGreaterThan(0);
    const seesaw = after.map((each, at) => (at === 10 ? { ...each, validation_loss: 0.51 } : each));
    expect(new Feed(overfitting).say(seesaw)).toEqual([]);
    const once = after.map((each, at) => (at === 3 ? { ...each, validation_loss: 0.4 } : each));
    expect(new Feed(overfitting).say(once)).toEqual([]);
  });

  it('is silent while both losses fall, or both rise', () => {
    const falling = steps(200, (at) => ({ validation_loss: 1 + 1 / (1 + at), evaluated_training_loss: 1 / (1 + at) }));
    expect(new Feed(overfitting).say(falling)).toEqual([]);
    const rising = steps(60, (at) => ({ validation_loss: 1 + 0.02 * at, evaluated_training_loss: 0.5 + 0.01 * at }));
    expect(new Feed(overfitting).say(rising)).toEqual([]);
  });

  it('takes the loss of the steps where no training loss was evaluated', () => {
    const feed = new Feed(overfitting);
    const said = feed.say(
      turning(60, 20).flatMap(({ validation_loss, evaluated_training_loss: loss }) => [
        ...steps(9, () => ({ loss })),
        { loss, validation_loss },
      ]),
    );
    expect(said[0]).toMatch(/^warning (2|3)\d\d$/);
    expect(new Feed(overfitting).say(turning(60, 20).map(({ validation_loss }) => ({ validation_loss })))).toEqual([]);
  });

  it('passes over single bad evaluations and losses that are not finite', () => {
    const bad = steps(100, (at) => ({
      validation_loss: at % 9 === 4 ? 3 : at % 9 === 5 ? NaN : 1 / (1 + 0.001 * at),
      evaluated_training_loss: 0.5 / (1 + 0.001 * at),
    }));
    expect(new Feed(overfitting).say(bad)).toEqual([]);
  });

  it('is silent on noise, however large, whose level does not change', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.001, max: 0.2, noNaN: true }), (seed, noise) => {
        const random = normals(seed);
        const evaluations = steps(60, (at) => ({
          validation_loss: Math.exp(noise * random()),
          evaluated_training_loss: 0.5 / (1 + at),
        }));
        expect(new Feed(overfitting).say(evaluations)).toEqual([]);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it.each([0.5, 0.8])(
    'is silent on a falling loss under noise that is correlated by %d, but for three runs in a hundred',
    (correlation) => {
      const runs = steps(100, (seed) => {
        const random = normals(7919 * seed + 1);
        let noise = random();
        return new Feed(overfitting).say(
          steps(200, (at) => {
            noise = correlation * noise + Math.sqrt(1 - correlation ** 2) * random();
            return {
              validation_loss: (1 + (1 + at / 3) ** -0.5) * Math.exp(0.05 * noise),
              evaluated_training_loss: 0.5 / (1 + at),
            };
          }),
        );
      });
      expect(runs.filter((said) => said.length > 0).length).toBeLessThanOrEqual(3);
    },
  );

  it('stays one finding while the training loss rises for a while, and the validation loss is still above its best', () => {
    const feed = new Feed(overfitting);
    const said = feed.say([
      ...turning(60, 20),
      ...steps(19, () => ({ validation_loss: 1.4, evaluated_training_loss: 0.9 })),
    ]);
    expect(feed.take({ validation_loss: 1.4, evaluated_training_loss: 0.9 })).toMatchObject({
      cause: expect.stringMatching(/while the training loss went from 0\.[45]\d* to 0\.9\.$/) as string,
    });
    said.push(...feed.say(turning(120, 20).slice(80)));
    expect(said.filter((each) => each.startsWith('recovered'))).toEqual([]);
    expect(said.at(-1)).toMatch(/^warning/);
    expect(feed.say(steps(12, () => ({ validation_loss: 1, evaluated_training_loss: 0.1 }))).at(-1)).toMatch(
      /^recovered/,
    );
  });

  it('recovers when the validation loss comes back, and forgets the best of an abandoned path', () => {
    const feed = new Feed(overfitting);
    feed.say(turning(40, 20));
    const back = feed.say(steps(12, () => ({ validation_loss: 0.9, evaluated_training_loss: 0.2 })));
    expect(back.at(-1)).toMatch(/^recovered/);
    feed.take({ validation_loss: 1.5, evaluated_training_loss: 0.2 }, { wentBack: true, step: 5 });
    expect(feed.say(steps(20, (at) => ({ validation_loss: 1.5, evaluated_training_loss: 0.2 / (at + 1) })))).toEqual(
      [],
    );
  });
});
