import { describe, expect, it } from 'vitest';
import { Feed, normals, observation, steps } from '../../../test/support/detection.ts';
import { GradientChanges } from './gradient-change.ts';
import { gradientRatio } from './gradient-ratio.ts';
import { gradientTail } from './gradient-tail.ts';

const norm = (gradient_norm: number) => ({ gradient_norm });

describe('GradientChanges', () => {
  it('is the difference of the norms where only norms are known', () => {
    const changes = new GradientChanges();
    expect(changes.observe(observation(5, norm(4)))).toBeNull();
    expect(changes.observe(observation(6, norm(1)))).toEqual({ ratio: 0.75, method: 'surrogate', previousNorm: 4 });
    expect(changes.observe(observation(9, norm(3)))).toEqual({ ratio: 2, method: 'surrogate', previousNorm: 1 });
  });

  it('is the norm of the difference where the worker reports it, at once or later', () => {
    const changes = new GradientChanges();
    changes.observe(observation(0, norm(4)));
    expect(changes.observe(observation(1, { gradient_norm: 4, gradient_change_norm: 6 }))).toEqual({
      ratio: 1.5,
      method: 'exact',
      previousNorm: 4,
    });
    expect(changes.observe(observation(2, norm(8)))).toBeNull();
    expect(changes.observe(observation(2, { gradient_change_norm: 2 }))).toMatchObject({ ratio: 0.5, method: 'exact' });
    expect(changes.observe(observation(3, { gradient_change_norm: 2 }))).toMatchObject({ ratio: 0.25 });
  });

  it('goes back to the surrogate when differences stop coming', () => {
    const changes = new GradientChanges();
    changes.observe(observation(0, norm(4)));
    changes.observe(observation(1, { gradient_norm: 4, gradient_change_norm: 6 }));
    expect(changes.observe(observation(2, norm(4)))).toBeNull();
    expect(changes.observe(observation(3, norm(8)))).toMatchObject({ ratio: 1, method: 'surrogate' });
  });

  it('has no exact value without the step right before', () => {
    const changes = new GradientChanges();
    changes.observe(observation(0, norm(4)));
    expect(changes.observe(observation(2, { gradient_norm: 4, gradient_change_norm: 6 }))).toBeNull();
  });

  it.each([0, NaN, Infinity])('has no value after a norm of %d', (before) => {
    const changes = new GradientChanges();
    changes.observe(observation(0, norm(before)));
    expect(changes.observe(observation(1, norm(1)))).toBeNull();
    expect(changes.observe(observation(2, norm(2)))).toMatchObject({ ratio: 1 });
  });

  it('leaves skipped steps out and begins anew after a return', () => {
    const changes = new GradientChanges();
    changes.observe(observation(0, norm(4)));
    expect(changes.observe(observation(1, norm(Infinity), { skipped: true }))).toBeNull();
    expect(changes.observe(observation(2, norm(2)))).toMatchObject({ ratio: 0.5 });
    expect(changes.observe(observation(1, norm(9), { wentBack: true }))).toBeNull();
  });
});

describe('gradientRatio', () => {
  it('exports r and informs above C', () => {
    const feed = new Feed(gradientRatio);
    feed.say([norm(2), norm(3)]);
    expect(feed.outputs).toEqual(new Map([['ratio surrogate', 0.5]]));
    expect(feed.take(norm(36))).toMatchObject({
      status: 'evidence',
      severity: 'info',
      score: 11,
      threshold: 10,
      cause:
        'The gradient of rank 2 changed at step 2 by 11 times its norm of the step before, 3 (limit 10, surrogate).',
    });
    expect(feed.say(steps(11, () => norm(36)))).toEqual(['recovered 12']);
  });

  it('is not above the limit at the limit, nor at NaN', () => {
    const feed = new Feed(gradientRatio);
    expect(feed.say([norm(1), norm(11), norm(1), norm(NaN), norm(1)])).toEqual([]);
    expect(feed.say([norm(Infinity)])).toEqual(['info 5']);
  });
});

describe('gradientTail', () => {
  it('exports the chance of a change above C', () => {
    const noise = normals(5);
    const feed = new Feed(gradientTail, { limit: '2', epsilon: '1' });
    // r with mean 1 and sigma 0.5: the limit 2 is two sigma away, a chance of 0.02275.
    feed.say(steps(400, () => ({ gradient_norm: 1, gradient_change_norm: 1 + 0.5 * noise() })));
    const chance = feed.outputs.get('probability exact')!;
    expect(chance).toBeGreaterThan(0.012);
    expect(chance).toBeLessThan(0.04);
  });

  it('has no echo of one outlier', () => {
    const noise = normals(6);
    const feed = new Feed(gradientTail);
    const values = () => ({ gradient_norm: 1, gradient_change_norm: 1.4 + 0.1 * noise() });
    feed.say(steps(200, values));
    const before = feed.outputs.get('probability exact')!;
    expect(feed.say([{ gradient_norm: 1, gradient_change_norm: 5000 }, ...steps(100, values)])).toEqual([]);
    expect(before).toBeLessThan(1e-100);
    expect(feed.outputs.get('probability exact')).toBeLessThan(1e-100);
  });

  it('informs while changes scatter so widely that the limit is near, and recovers', () => {
    const noise = normals(7);
    const calm = () => ({ gradient_norm: 1, gradient_change_norm: 1.4 + 0.1 * noise() });
    const wild = () => ({ gradient_norm: 1, gradient_change_norm: Math.abs(4 * noise()) });
    const feed = new Feed(gradientTail);
    expect(feed.say(steps(100, calm))).toEqual([]);
    expect(feed.say(steps(100, wild))[0]).toMatch(/^info 1\d\d$/);
    expect(feed.say(steps(200, calm)).at(-1)).toMatch(/^recovered/);
  });

  it('says nothing before its warm-up, nor of changes that are not finite', () => {
    const feed = new Feed(gradientTail);
    feed.say(steps(32, () => ({ gradient_norm: 1, gradient_change_norm: 1 })));
    expect(feed.outputs.get('probability exact')).toBeUndefined();
    feed.take({ gradient_norm: 1, gradient_change_norm: Infinity });
    expect(feed.outputs.get('probability exact')).toBeUndefined();
    feed.take({ gradient_norm: 1, gradient_change_norm: 1 });
    expect(feed.outputs.get('probability exact')).toBe(0);
  });

  it('does not mix the two methods', () => {
    const feed = new Feed(gradientTail);
    feed.say(steps(60, () => ({ gradient_norm: 1, gradient_change_norm: 1 })));
    feed.say(steps(10, () => norm(1)));
    expect(feed.outputs.get('probability surrogate')).toBeUndefined();
  });
});
