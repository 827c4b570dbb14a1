import { describe, expect, it } from 'vitest';
import { Feed, normals, steps } from '../../../test/support/detection.ts';
import { gradientExplosion } from './gradient-explosion.ts';

/** Norms around 2 with a spread of 10 %. */
function usual(count: number, seed = 1) {
  const noise = normals(seed);
  return steps(count, () => ({ gradient_norm: 2 * Math.exp(0.1 * noise()) }));
}
const norms = (...values: number[]) => values.map((gradient_norm) => ({ gradient_norm }));

describe('gradientExplosion', () => {
  it('is critical at the second norm in a row that is far out of range', () => {
    const feed = new Feed(gradientExplosion);
    expect(feed.say(usual(100))).toEqual([]);
    expect(feed.say(norms(60, 400))).toEqual(['warning 100', 'critical 101']);
  });

  it.each([0.01, 0.03, 0.05])('finds a norm that grows by %d in every step, which its last norms follow', (rate) => {
    const feed = new Feed(gradientExplosion);
    expect(feed.say(usual(900))).toEqual([]);
    const noise = normals(3);
    const grown = feed.say(
      steps(Math.ceil(14 / rate), (at) => ({ gradient_norm: 2 * Math.exp(rate * at + 0.1 * noise()) })),
    );
    expect(grown[0]).toMatch(/^warning/);
    expect(Number(grown[0]!.split(' ')[1])).toBeLessThan(900 + Math.ceil(4.9 / rate) + 3);
    expect(grown.at(-1)).toMatch(/^critical/);
    expect(feed.take({ gradient_norm: 4e5 })).toMatchObject({
      cause: expect.stringMatching(/times its middle over the whole run, [\d.]+ \(limit 10000 times\)/) as string,
    });
    expect(feed.say(usual(20, 4)).at(-1)).toMatch(/^recovered/);
  });

  it.each([1.15, 1.2, 1.3])(
    'finds a norm that grows to %d times in every step from the first on, with the loss',
    (by) => {
      const noise = normals(6);
      const grown = new Feed(gradientExplosion).say(
        steps(60, (at) => ({ gradient_norm: by ** at * Math.exp(0.3 * noise()), loss: 2 * by ** at })),
      );
      // From the middle of the norms up to ten times the first losses on to a hundred times that.
      const learnt = 8 + Math.log(10) / Math.log(by);
      expect(Number(grown[0]?.split(' ')[1])).toBeLessThan(learnt / 2 + Math.log(100) / Math.log(by) + 8);
    },
  );

  it('takes a level that stays while the loss is a multiple for that of now', () => {
    const noise = normals(7);
    const run = (level: number, loss: number) =>
      steps(400, () => ({ gradient_norm: level * Math.exp(0.3 * noise()), loss: loss * Math.exp(0.05 * noise()) }));
    const feed = new Feed(gradientExplosion);
    expect(feed.say([...run(1, 2), ...run(5, 50), ...run(12, 50), ...run(30, 50)])).toEqual([]);
  });

  it('is silent where a penalty that begins near nothing grows some times over, and the norm with it', () => {
    const alarms = steps(10, (seed) => {
      const noise = normals(seed + 1);
      const grown = (from: number, to: number, at: number) =>
        from * (to / from) ** (at / 100) * Math.exp(0.3 * noise());
      return new Feed(gradientExplosion).say(
        steps(100, (at) => ({ gradient_norm: grown(1, 30, at), loss: grown(0.05, 0.3, at) })),
      );
    });
    expect(alarms.flat()).toEqual([]);
  });

  it('is silent while a norm grows to fifty times what it was, little by little', () => {
    const noise = normals(5);
    const values = steps(4000, (at) => ({
      gradient_norm: 2 * Math.exp((Math.log(50) * Math.max(0, at - 1000)) / 3000 + 0.2 * noise()),
    }));
    expect(new Feed(gradientExplosion).say(values)).toEqual([]);
  });

  it('waits for a third norm when the second did not grow, as after batches that a run gets over', () => {
    const feed = new Feed(gradientExplosion);
    feed.say(usual(100));
    expect(feed.say([...norms(70, 75), ...usual(20, 2)])).toEqual(['warning 100', 'warning 101', 'recovered 111']);
    const again = new Feed(gradientExplosion);
    again.say(usual(100));
    expect(again.say(norms(70, 75, 70))).toEqual(['warning 100', 'warning 101', 'critical 102']);
  });

  describe('where the loss is told', () => {
    const trained = (feed: Feed) => {
      const noise = normals(9);
      expect(feed.say(usual(100).map((values) => ({ ...values, loss: 2 + 0.1 * noise() })))).toEqual([]);
      return (loss: number, ...values: readonly number[]) =>
        feed.say(norms(...values).map((each) => ({ ...each, loss })));
    };

    it('only warns of a burst that heals, and of a new level, which do the loss no harm', () => {
      const burst = trained(new Feed(gradientExplosion));
      expect(burst(2, 400, 120, 40, 2)).toEqual(['info 100', 'warning 101', 'warning 102']);
      const level = trained(new Feed(gradientExplosion));
      expect(level(2, ...steps(30, () => 60))).toEqual(
        steps(30, (at) => `${at === 0 ? 'info' : 'warning'} ${100 + at}`),
      );
    });

    it('only informs of one norm, until a second one comes or the loss leaves its range with it', () => {
      const lone = trained(new Feed(gradientExplosion));
      expect(lone(2, 60, ...steps(10, () => 2))).toEqual(['info 100', 'recovered 110']);
      const second = trained(new Feed(gradientExplosion));
      expect(second(2, 60, 2, 2, 60)).toEqual(['info 100', 'warning 103']);
      expect(trained(new Feed(gradientExplosion))(3, 60)).toEqual(['warning 100']);
    });

    it('is critical once the loss has left its range, in the row or with it', () => {
      const say = trained(new Feed(gradientExplosion));
      expect(say(2, 60, 60, 60, 60)).not.toContain('critical 103');
      expect(say(3, 60)).toEqual(['critical 104']);
    });

    it('is critical without harm where norms are a hundred times the usual and go on, or one is enormous', () => {
      const say = trained(new Feed(gradientExplosion));
      expect(say(2, 100, 250, 700)).toEqual(['info 100', 'critical 101', 'critical 102']);
      const enormous = trained(new Feed(gradientExplosion));
      expect(enormous(2, 30_000)).toEqual(['critical 100']);
    });
  });

  it('is critical at a hundred times the usual norm twice in a row, however much the norm varies', () => {
    const noise = normals(8);
    const feed = new Feed(gradientExplosion);
    expect(feed.say(steps(100, () => ({ gradient_norm: Math.exp(1.2 * noise()) })))).toEqual([]);
    expect(feed.say(norms(200, 200))).toEqual(['critical 101']);
  });

  it('is silent on single norms as far out as this run has them all the time, and names where such a row began', () => {
    const random = normals(21);
    // The square root of a sum of two squares has the tail of Pareto's distribution here: ln ‖g‖ is exponential with mean 1/2.
    const heavy = () => ({ gradient_norm: Math.exp((random() ** 2 + random() ** 2) / 4) });
    const feed = new Feed(gradientExplosion);
    const far = steps(5000, heavy);
    expect(far.filter(({ gradient_norm: norm }) => norm > 20).length).toBeGreaterThan(5);
    expect(feed.say(far)).toEqual([]);
    expect(feed.say(norms(70))).toEqual([]);
    expect(feed.take({ gradient_norm: 400 })).toMatchObject({ severity: 'critical', firstStep: 5000 });
  });

  it('says what happened, in figures', () => {
    const feed = new Feed(gradientExplosion);
    feed.say(steps(50, () => ({ gradient_norm: 2, learning_rate: 0.05 })));
    feed.take({ gradient_norm: 2, learning_rate: 5 });
    expect(feed.take({ gradient_norm: 100, learning_rate: 5 })).toMatchObject({
      severity: 'warning',
      firstStep: 51,
      step: 51,
      score: expect.closeTo(50) as number,
      threshold: expect.closeTo(Math.exp(6 * 0.35)) as number,
      baseline: expect.closeTo(2) as number,
      window: 51,
      cause:
        'The gradient norm of rank 2 reached 100 at step 51, 50 times its usual 2 (limit 8.17 times); ' +
        'learning rate rose from 0.05 to 5 at step 50.',
    });
    expect(feed.take({ gradient_norm: 1000 })).toMatchObject({
      severity: 'critical',
      firstStep: 51,
      baseline: 2,
      cause: expect.stringMatching(
        /reached 1,?000 at step 52, .* times\), out of range since step 51; learning rate rose/,
      ) as string,
    });
  });

  it('takes a single far norm for a warning, and forgets it after ten in range', () => {
    const feed = new Feed(gradientExplosion);
    feed.say(usual(100));
    expect(feed.say([...norms(80), ...usual(20, 2)])).toEqual(['warning 100', 'recovered 110']);
  });

  it('needs no second norm when one is enormous', () => {
    const feed = new Feed(gradientExplosion);
    feed.say(usual(100));
    expect(feed.say(norms(30_000))).toEqual(['critical 100']);
  });

  it('follows a norm that wanders slowly by orders of magnitude', () => {
    const noise = normals(3);
    const feed = new Feed(gradientExplosion);
    expect(feed.say(steps(2000, (at) => ({ gradient_norm: Math.exp(-at / 200 + 0.2 * noise()) })))).toEqual([]);
  });

  it('finds a growth over several steps of moderate factors', () => {
    const feed = new Feed(gradientExplosion);
    feed.say(usual(100));
    const said = feed.say(steps(10, (at) => ({ gradient_norm: 2 * 1.8 ** (at + 1) })));
    expect(said.find((word) => word.startsWith('critical'))).toBe('critical 105');
  });

  it('works after three norms, with a limit of its own', () => {
    const feed = new Feed(gradientExplosion);
    expect(feed.say(norms(15, 16, 400, 60, 50))).toEqual([]);
    expect(feed.say(norms(13_000, 7e7))).toEqual(['warning 5', 'critical 6']);
  });

  it('counts a norm that overflows after one out of range', () => {
    const feed = new Feed(gradientExplosion);
    feed.say(usual(100));
    expect(feed.say(norms(1000, Infinity))).toEqual(['warning 100', 'critical 101']);
    expect(feed.take({ gradient_norm: NaN })).toMatchObject({
      severity: 'critical',
      score: Infinity,
      cause: expect.stringMatching(/became NaN at step 102, having left its usual [\d.]+ \(limit/) as string,
    });
  });

  it('leaves a norm that overflows out of nothing to non_finite', () => {
    const feed = new Feed(gradientExplosion);
    feed.say(usual(100));
    expect(feed.say(norms(Infinity, NaN, Infinity))).toEqual([]);
  });

  it('does not learn from norms out of range', () => {
    const feed = new Feed(gradientExplosion);
    feed.say(steps(100, () => ({ gradient_norm: 2 })));
    feed.say(norms(100, 100, 100, 100, 100));
    expect(feed.take({ gradient_norm: 100 })).toMatchObject({ severity: 'critical', baseline: 2, firstStep: 100 });
  });

  it('judges a level that lasts by a new baseline, and does not call that a recovery', () => {
    const feed = new Feed(gradientExplosion);
    feed.say(steps(100, () => ({ gradient_norm: 2 })));
    expect(feed.say(steps(64, () => ({ gradient_norm: 100 })))).toHaveLength(64);
    expect(feed.say(steps(200, () => ({ gradient_norm: 100 })))).toEqual([]);
    expect(feed.say(steps(20, () => ({ gradient_norm: 2 })))).toEqual(['recovered 373']);
  });

  it('keeps its baseline over a return to a checkpoint, and counts anew', () => {
    const feed = new Feed(gradientExplosion);
    feed.say(steps(100, () => ({ gradient_norm: 2 })));
    feed.say(norms(60));
    expect(feed.take({ gradient_norm: 60 }, { step: 90, wentBack: true })).toMatchObject({
      severity: 'warning',
      firstStep: 100,
    });
    expect(feed.say(steps(20, () => ({ gradient_norm: 2 })))).toEqual(['recovered 100']);
  });

  describe('in a run that begins again', () => {
    const begun = (step: number) => {
      const noise = normals(41);
      const training = (at: number) => ({
        gradient_norm: (0.4 + 14 * Math.exp(-at / 40)) * Math.exp(0.2 * noise()),
        loss: (2.5 + 8.5 * Math.exp(-at / 80)) * Math.exp(0.02 * noise()),
      });
      const feed = new Feed(gradientExplosion);
      const said = feed.say(steps(1000, training));
      const first = feed.take(training(step), { step, wentBack: true });
      return { feed, said: [...said, first.status], rest: steps(1000, (at) => training(step + 1 + at)) };
    };

    type Training = readonly { gradient_norm: number; loss: number }[];
    /** So many steps of a training, and two in which norm and loss leap. */
    const exploding = (training: Training, count: number, factor: number) => {
      const leapt = (by: number) => ({ gradient_norm: by * training[0]!.gradient_norm, loss: 20 });
      return [...training.slice(0, count), leapt(factor), leapt(3 * factor)];
    };

    it.each([0, 1, 20, 50])('is silent on the norms of its first steps, from step %d on', (step) => {
      const { feed, said, rest } = begun(step);
      expect([...said, ...feed.say(rest)]).toEqual(['quiet']);
    });

    it('finds an explosion as in a new run, and at once after a return to a checkpoint', () => {
      const again = begun(1);
      expect(again.feed.say(exploding(again.rest, 10, 2000))).toEqual(['warning 12', 'critical 13']);
      for (const checkpoint of [700, 300]) {
        const resumed = begun(checkpoint);
        const found = [`warning ${checkpoint + 2}`, `critical ${checkpoint + 3}`];
        expect(resumed.feed.say(exploding(resumed.rest, 1, 20))).toEqual(found);
      }
    });

    it('recovers when the norm is in the range of the first steps', () => {
      const feed = new Feed(gradientExplosion);
      feed.say(usual(900));
      expect(feed.say(norms(900, 9000))).toEqual(['warning 900', 'critical 901']);
      feed.take({ gradient_norm: 40 }, { step: 0, wentBack: true });
      expect(feed.say(steps(20, () => ({ gradient_norm: 40 }))).at(-1)).toMatch(/^recovered/);
    });
  });

  it('passes over zero, skipped steps and steps without a norm', () => {
    const feed = new Feed(gradientExplosion);
    feed.say(usual(100));
    expect(feed.take({ gradient_norm: 0 })).toEqual({ status: 'quiet' });
    expect(feed.take({ gradient_norm: 1e9 }, { skipped: true })).toEqual({ status: 'quiet' });
    expect(feed.take({ learning_rate: 1 })).toEqual({ status: 'quiet' });
    expect(feed.say(usual(20))).toEqual([]);
  });

  it('is silent over 50 healthy runs of 1,000 steps', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const noise = normals(seed);
      const run = steps(1000, (at) => ({ gradient_norm: (1 + 20 / (at + 1)) * Math.exp(0.3 * noise()) }));
      expect(new Feed(gradientExplosion).say(run)).toEqual([]);
    }
  });

  it('says whether the loss of the rank stands out with the norm, which all ranks share', () => {
    const feed = new Feed(gradientExplosion);
    feed.say(usual(100).map((values, at) => ({ ...values, loss: 1 + 0.1 * Math.sin(at) })));
    expect(feed.take({ gradient_norm: 80, loss: 1.05 })).toMatchObject({ origin: 'shared' });
    expect(feed.take({ gradient_norm: 80, loss: 5 })).toMatchObject({ origin: 'own' });
    expect(feed.take({ gradient_norm: 80, loss: 4 })).toMatchObject({ origin: 'shared' });
    expect(feed.take({ gradient_norm: 80 })).toMatchObject({ origin: 'shared' });
    feed.take({ loss: NaN });
    expect(feed.take({ gradient_norm: 80 }, { step: 104 })).toMatchObject({ origin: 'own' });
  });

  it('sees an explosion in the second norm, where the loss leaps with it', () => {
    const second = (loss: number, norm: number) => {
      const feed = new Feed(gradientExplosion);
      return feed.say([
        { loss: 0.27, gradient_norm: 0.15 },
        { loss, gradient_norm: norm },
        { loss: 0.2, gradient_norm: 0.2 },
      ]);
    };
    expect(second(6e7, 3e7)).toEqual(['critical 1']);
    expect(second(50, 40)).toEqual(['warning 1']);
    // Layers that begin at zero have hardly a gradient at first.
    expect(second(0.26, 3e3)).toEqual([]);
  });

  it('is silent where a training has learnt all there is, and its norms have sunk to nothing', () => {
    const noise = normals(8);
    const learns = (at: number) => ({
      loss: at < 300 ? 2 * Math.exp(-at / 25) : 0,
      gradient_norm: 0.3 * Math.exp(-Math.min(at, 900) / 20 + 0.3 * noise()),
    });
    const sunk = new Feed(gradientExplosion);
    expect(sunk.say(steps(1000, learns))).toEqual([]);
    // Far above the last norms, and far below those of a training.
    expect(sunk.say([{ loss: 0, gradient_norm: 1e-6 }])).toEqual([]);
    // One batch that is not learnt as well as the others, and the same norm where that much of the loss comes back.
    expect(sunk.say([{ loss: 0.001, gradient_norm: 0.4 }])).toEqual([]);
    expect(sunk.say(steps(20, () => ({ loss: 0, gradient_norm: 1e-6 })))).toEqual([]);
    expect(sunk.say([{ loss: 0.5, gradient_norm: 0.4 }])).toEqual(['critical 1022']);
    // More than the run ever had is told at once, and a second one in a row.
    const far = new Feed(gradientExplosion);
    far.say(steps(1000, learns));
    expect(far.say([{ loss: 0, gradient_norm: 40 }])).toEqual(['critical 1000']);
    const again = new Feed(gradientExplosion);
    again.say(steps(1000, learns));
    expect(again.say(steps(2, () => ({ loss: 0.001, gradient_norm: 0.4 })))).toEqual(['critical 1001']);
  });
});
