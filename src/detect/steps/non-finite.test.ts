import { describe, expect, it } from 'vitest';
import { Feed, steps } from '../../../test/support/detection.ts';
import { nonFinite } from './non-finite.ts';

const good = { loss: 1, gradient_norm: 1 };

describe('nonFinite', () => {
  it('warns of one and is critical at two in a row, without any history', () => {
    const feed = new Feed(nonFinite);
    expect(feed.say([{ loss: NaN }, { loss: Infinity }])).toEqual(['warning 0', 'critical 1']);
  });

  it('says which value, where', () => {
    const feed = new Feed(nonFinite);
    feed.say([good, { loss: 1, gradient_norm: NaN }]);
    expect(feed.take({ loss: NaN, gradient_norm: -Infinity })).toMatchObject({
      severity: 'critical',
      firstStep: 1,
      step: 2,
      score: 2,
      cause: 'Rank 2 reported loss NaN and gradient norm -infinity at step 2, the 2nd such value in a row.',
    });
  });

  it('knows two apart as single ones', () => {
    const feed = new Feed(nonFinite);
    expect(feed.say([good, { loss: NaN }, good, { loss: NaN }])).toEqual(['warning 1', 'warning 3']);
  });

  it('counts the values of a field, also when loss and norm of a step come apart', () => {
    const feed = new Feed(nonFinite);
    feed.take({ gradient_norm: 1 }, { step: 5 });
    expect(feed.take({ loss: NaN }, { step: 4 })).toMatchObject({ severity: 'warning' });
    feed.take({ gradient_norm: 1 }, { step: 6 });
    expect(feed.take({ loss: NaN }, { step: 5 })).toMatchObject({ severity: 'critical' });
  });

  it('is critical at a loss of exactly 0 with a gradient that is NaN', () => {
    const feed = new Feed(nonFinite);
    expect(feed.take({ loss: 0, gradient_norm: NaN })).toMatchObject({
      severity: 'critical',
      cause:
        'Rank 2 reported gradient norm NaN at step 0 with a loss of exactly 0: the loss was NaN and was filtered out.',
    });
    const apart = new Feed(nonFinite);
    apart.take({ loss: 0 });
    expect(apart.take({ gradient_norm: NaN }, { step: 0, known: { loss: 0, gradient_norm: NaN } })).toMatchObject({
      severity: 'critical',
    });
  });

  it('is critical at once where loss and gradient of one step are not finite, told together or apart', () => {
    const feed = new Feed(nonFinite);
    feed.say([good, { loss: 1 }]);
    expect(feed.take({ loss: NaN, gradient_norm: NaN })).toMatchObject({
      severity: 'critical',
      cause:
        'Rank 2 reported loss NaN and gradient norm NaN at step 2: the loss and the gradient of a step that nothing tells was skipped.',
    });
    const apart = new Feed(nonFinite);
    apart.say([good, { loss: NaN }]);
    expect(apart.take({ gradient_norm: NaN }, { step: 1 })).toMatchObject({ severity: 'critical', firstStep: 1 });
    const others = new Feed(nonFinite);
    others.say([good, { loss: NaN }, { loss: 1 }]);
    expect(others.take({ loss: 1, gradient_norm: 1 })).toMatchObject({ status: 'quiet' });
    const scaled = new Feed(nonFinite);
    const nan = { loss: NaN, gradient_norm: NaN };
    expect(
      scaled.say([
        { ...good, loss_scale: 8 },
        { ...nan, loss_scale: 4 },
        { ...good, loss_scale: 4 },
      ]),
    ).toEqual(['warning 1']);
    expect(
      scaled.say([
        { ...nan, loss_scale: 4 },
        { ...good, loss_scale: 4 },
      ]),
    ).toEqual(['warning 3', 'critical 4']);
  });

  it('takes no notice of steps that the loss scaler skipped', () => {
    const feed = new Feed(nonFinite);
    for (let step = 0; step < 20; step += 1) {
      expect(feed.take({ loss: 1, gradient_norm: Infinity }, { skipped: true })).toEqual({ status: 'quiet' });
    }
    // Where skips are marked, what has no mark is none.
    expect(feed.say([{ loss: 1, gradient_norm: Infinity }])).toEqual(['warning 20']);
  });

  describe('where neither a mark nor a scale tells of skipped steps', () => {
    const overflow = (loss: number, gradient_norm = Infinity) => ({ loss, gradient_norm });

    it('takes no notice of norms after which the loss is in line, early or late, nor of norms that come after that loss', () => {
      const early = [overflow(9), overflow(9.1), good, overflow(8.9, NaN), good];
      const feed = new Feed(nonFinite);
      expect(feed.say([...early, ...steps(500, () => good), overflow(1), ...steps(20, () => good)])).toEqual([]);
      feed.take({ loss: 1 }, { step: 1001 });
      expect(feed.take({ gradient_norm: Infinity }, { step: 1000 })).toEqual({ status: 'quiet' });
    });

    it('tells at once where none was skipped before, for most runs have no scaler, and learns that this one has', () => {
      const feed = new Feed(nonFinite);
      feed.say(steps(20, () => good));
      expect(feed.say([overflow(1, NaN), ...steps(20, () => good)])).toEqual(['warning 20', 'recovered 30']);
      expect(feed.say([overflow(1, NaN), ...steps(20, () => good)])).toEqual([]);
      const broken = new Feed(nonFinite);
      broken.say(steps(20, () => good));
      expect(broken.say([overflow(1), overflow(1), { loss: NaN }])).toEqual(['warning 20', 'critical 22']);
    });

    it('tells with the next loss of a norm that harmed the weights', () => {
      const learnt = [overflow(1), ...steps(19, () => good)];
      const broken = new Feed(nonFinite);
      broken.say(learnt);
      expect(broken.say([overflow(1)])).toEqual([]);
      expect(broken.take({ loss: NaN, gradient_norm: NaN })).toMatchObject({
        severity: 'critical',
        firstStep: 20,
        step: 21,
      });
      const jumped = new Feed(nonFinite);
      jumped.say(learnt);
      expect(jumped.say([overflow(1), { loss: 3, gradient_norm: 2 }])).toEqual(['warning 21']);
    });

    it('tells at once beside a loss that is out of line, and where no loss follows', () => {
      const jumped = new Feed(nonFinite);
      jumped.say(steps(20, () => good));
      expect(jumped.say([overflow(3)])).toEqual(['warning 20']);
      const alone = new Feed(nonFinite);
      expect(alone.say([{ gradient_norm: NaN }])).toEqual(['warning 0']);
      const seldom = new Feed(nonFinite);
      expect(seldom.say([overflow(1), { gradient_norm: 1 }])).toEqual(['warning 1']);
    });

    it('tells of more than a scale can halve, of which it gets one back with many norms in order', () => {
      const feed = new Feed(nonFinite);
      expect(feed.say(steps(18, () => overflow(1)))).toEqual(['warning 16', 'critical 17']);
      expect(feed.say([...steps(2000, () => good), overflow(1), good])).toEqual(['recovered 27']);
      expect(feed.say([overflow(1)])).toEqual(['warning 2020']);
    });
  });

  it('recovers after ten values in order, and not while the other field is out of order', () => {
    const feed = new Feed(nonFinite);
    feed.take({ loss: NaN, gradient_norm: NaN });
    expect(feed.say(steps(30, () => ({ loss: 1 })))).toEqual([]);
    expect(feed.say(steps(15, () => good))).toEqual(['recovered 40']);
  });

  it('takes evaluations and parameters too, each counted for itself', () => {
    const feed = new Feed(nonFinite);
    expect(feed.take({ loss: 1, validation_loss: NaN })).toMatchObject({
      severity: 'warning',
      cause: 'Rank 2 reported validation loss NaN at step 0.',
    });
    // Steps in order say nothing on an evaluation.
    expect(feed.say(steps(30, () => good))).toEqual([]);
    expect(feed.say([{ validation_loss: NaN }])).toEqual(['critical 31']);
    const weights = new Feed(nonFinite);
    expect(weights.say(steps(2, () => ({ ...good, parameter_norm: NaN })))).toEqual(['warning 0', 'critical 1']);
  });

  it('counts anew after a return to a checkpoint', () => {
    const feed = new Feed(nonFinite);
    feed.say([good, { loss: NaN }]);
    expect(feed.take({ loss: NaN }, { step: 0, wentBack: true })).toMatchObject({ severity: 'warning', firstStep: 1 });
  });

  describe('where a loss scale is told', () => {
    const scaled = (gradient_norm: number, loss_scale: number) => ({ loss: 1, gradient_norm, loss_scale });

    it('takes no notice of a norm with which the scale fell, in its row or in the next', () => {
      const same = new Feed(nonFinite);
      expect(same.say([scaled(Infinity, 1024), scaled(Infinity, 512), scaled(1, 512), scaled(NaN, 256)])).toEqual([]);
      const next = new Feed(nonFinite);
      expect(next.say([scaled(1, 1024), scaled(Infinity, 1024), scaled(Infinity, 512), scaled(1, 256)])).toEqual([]);
    });

    it('tells of a norm with which it did not fall a step later, and of two no later', () => {
      const feed = new Feed(nonFinite);
      feed.say([scaled(1, 1024), scaled(Infinity, 1024)]);
      expect(feed.take(scaled(1, 1024))).toMatchObject({
        severity: 'warning',
        firstStep: 1,
        step: 1,
        cause: 'Rank 2 reported gradient norm infinity at step 1.',
      });
      const more = new Feed(nonFinite);
      expect(more.say([scaled(1, 8), ...steps(3, () => scaled(NaN, 8))])).toEqual(['warning 2', 'critical 3']);
    });

    it('tells at once of a loss, of a scale that cannot fall, and of what was filtered out', () => {
      const feed = new Feed(nonFinite);
      expect(feed.say([scaled(1, 8), { loss: NaN, gradient_norm: NaN, loss_scale: 4 }])).toEqual(['warning 1']);
      const fixed = new Feed(nonFinite);
      expect(fixed.say([scaled(1, 1), scaled(Infinity, 1), scaled(Infinity, 1)])).toEqual(['warning 1', 'critical 2']);
      const filtered = new Feed(nonFinite);
      expect(filtered.say([scaled(1, 8), { loss: 0, gradient_norm: NaN, loss_scale: 8 }])).toEqual(['critical 1']);
    });

    it('knows a fall that one step explains from one for the next', () => {
      const feed = new Feed(nonFinite);
      feed.take(scaled(1, 8));
      feed.take(scaled(Infinity, 4), { skipped: true });
      expect(feed.say([scaled(Infinity, 4), scaled(Infinity, 4)])).toEqual(['warning 3']);
    });
  });

  it('tells of a loss scaler that finds no scale, by its steps in a row or its scale', () => {
    const overflow = { loss: 1, gradient_norm: Infinity };
    const skipping = (values: object, count: number) => {
      const feed = new Feed(nonFinite);
      feed.take(good);
      return steps(count, (at) => feed.take({ ...overflow, ...values }, { step: at + 1, skipped: true }));
    };
    const unscaled = skipping({}, 40);
    expect(unscaled.findIndex((verdict) => verdict.status === 'evidence')).toBe(33);
    expect(unscaled[33]).toMatchObject({
      severity: 'critical',
      firstStep: 1,
      cause: 'The loss scaler of rank 2 skipped step 34, 34 in a row: a search for a scale is over by then.',
    });
    const lost = new Feed(nonFinite);
    const halved = steps(20, (at) =>
      lost.take(at % 2 === 0 ? good : { ...overflow, loss_scale: 2 ** (4 - at) }, { step: at, skipped: at % 2 === 1 }),
    );
    expect(halved.findIndex((verdict) => verdict.status === 'evidence')).toBe(9);
    expect(halved[9]).toMatchObject({
      severity: 'warning',
      cause: 'The loss scaler of rank 2 skipped step 9, the third within 20 steps, and its scale is 0.03125.',
    });
  });
});
