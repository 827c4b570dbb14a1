import { describe, expect, it } from 'vitest';
import { normals, steps } from '../../../test/support/detection.ts';
import type { Diverged } from './diverged.ts';
import { BlowUp } from './blow-up.ts';

const options = { blow_up: 10 };

/** What is said, with the severity when it is said first and when it is worse: `severity step`. */
function told(losses: readonly number[], rule = new BlowUp(), from = 0): string[] {
  const said: string[] = [];
  let last: Diverged['severity'] | undefined;
  for (const [at, loss] of losses.entries()) {
    const step = from + at;
    const severity = rule.take(loss, step, 0, options)?.severity;
    if (severity !== undefined && severity !== last) said.push(`${severity} ${step}`);
    last = severity ?? last;
  }
  return said;
}

const noisy = (count: number, seed: number, size: number, of: (at: number) => number): number[] => {
  const noise = normals(seed);
  return steps(count, (at) => of(at) * Math.exp(size * noise()));
};

describe('the blow-up of a training loss', () => {
  it('is critical at a hundred times the first losses, though the loss never fell', () => {
    const growing = (growth: number) => noisy(400, 1, 0.3, (at) => 1.8 * growth ** Math.max(0, at - 3));
    // A hundred times is reached after 33 and 97 steps.
    expect(told(growing(1.15))[0]).toMatch(/^critical [45]\d$/);
    expect(told(growing(1.05))[0]).toMatch(/^critical 1[12]\d$/);
    // At once, before there is a level.
    expect(told(noisy(100, 2, 0.1, (at) => (at < 4 ? 1.8 : 1e4)))[0]).toMatch(/^critical 2\d$/);
  });

  it.each([2.2, 2.5, 4])('is critical where the loss multiplies by %d in each of its very first steps', (by) => {
    expect(told(noisy(100, 3, 0.05, (at) => 2.3 * Math.min(1e9, by ** at)))[0]).toMatch(/^critical 2\d$/);
  });

  it('warns at ten times the first losses of what had fallen, and tells of them and since when', () => {
    const rule = new BlowUp();
    const losses = (from: number, to: number, level: (at: number) => number) =>
      noisy(to - from, from + 1, 0.1, (at) => level(from + at));
    expect(
      told(
        losses(0, 400, (at) => 0.3 + 1.5 * Math.exp(-at / 50)),
        rule,
      ),
    ).toEqual([]);
    const raised = losses(400, 460, (at) => 0.3 * 1.12 ** (at - 400));
    const said = raised.map((loss, at) => rule.take(loss, 400 + at, 0, options));
    const first = said.find((one) => one !== null);
    // It is above the first losses from step 416 on, and above ten times these from 436 on.
    expect(first).toMatchObject({
      severity: 'warning',
      since: expect.closeTo(416, -1) as number,
      baseline: expect.closeTo(1.8, 0) as number,
      threshold: 9,
      cause: expect.stringMatching(
        /^The training loss of rank 0 stands at \d+ at step 45\d, \d+(\.\d+)? times/,
      ) as string,
    });
  });

  it('is silent on spikes that heal, and on a leap from which the loss comes down', () => {
    const spiky = noisy(900, 2, 0.1, (at) => (at % 100 < 15 && at > 100 ? 200 : 2 * Math.exp(-at / 100) + 0.5));
    expect(told(spiky)).toEqual([]);
    const leap = noisy(300, 3, 0.1, (at) => (at < 60 ? 2 - at / 50 : 1 + 500 * Math.exp((60 - at) / 8)));
    expect(told(leap)).toEqual([]);
  });

  it('is silent on what begins at nothing or about zero, on the loss of a player, and on a slow drift', () => {
    expect(told(noisy(800, 4, 0.1, (at) => 1e-6 * at ** 2))).toEqual([]);
    expect(told(noisy(800, 5, 0.1, (at) => (at < 4 ? 0 : 0.03)))).toEqual([]);
    expect(told(noisy(800, 6, 0.2, (at) => 0.7 + 9 * (1 - Math.exp(-at / 60))))).toEqual([]);
    expect(told(noisy(6000, 7, 0.1, (at) => 2 * Math.exp(-at / 30) + 0.5 + at / 100))).toEqual([]);
    const about = normals(8);
    expect(told(steps(3000, () => 0.1 + about()))).toEqual([]);
    // First losses just above zero, of a loss that goes far below it.
    expect(told(steps(600, (at) => (at < 4 ? 0.1 : at < 300 ? -3 : 4)))).toEqual([]);
  });

  it('is silent on losses of heavy tails, wherever these begin', () => {
    const alarms = steps(200, (seed) => told(noisy(1000, seed, 1.2, (at) => 1 + 3 * Math.exp(-at / 100)))).flat();
    expect(alarms).toEqual([]);
  });

  it('forgets how far below zero the loss was on a path that was abandoned for the first step', () => {
    const rule = new BlowUp();
    told(
      steps(40, () => -1e6),
      rule,
    );
    rule.goBack(0);
    expect(
      told(
        noisy(60, 11, 0.05, (at) => (at < 20 ? 2 : 1e4)),
        rule,
      )[0],
    ).toMatch(/^critical 3\d$/);
  });

  it('compares with the first losses of all after a return to a checkpoint', () => {
    const rule = new BlowUp();
    told(
      noisy(300, 9, 0.1, (at) => 1 + 3 * Math.exp(-at / 50)),
      rule,
    );
    rule.goBack(200);
    const raised = (level: number) => noisy(60, 10, 0.1, () => level);
    expect(told(raised(20), rule, 200)).toEqual([]);
    rule.goBack(200);
    expect(told(raised(90), rule, 200)[0]).toMatch(/^warning 22\d$/);
  });
});
