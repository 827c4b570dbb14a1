import { describe, expect, it } from 'vitest';
import { normals, steps } from '../../../test/support/detection.ts';
import { readConfig } from '../../config/index.ts';
import { scalarAnomaly } from './scalar-anomaly.ts';
import { limitCrossed, limitsOf } from './scalar-limits.ts';

const source = { name: 'gradwatch_node_load1', run: null, rank: null, uuid: null, owner: 'the node' };

/** At which of the values it says what, with options as flags. */
function say(values: readonly number[], flags: Readonly<Record<string, string>> = {}) {
  const read = readConfig(scalarAnomaly.options, { flags });
  if (!('value' in read)) throw new Error(JSON.stringify(read.mistakes));
  const options = read.value;
  const state = scalarAnomaly.start(options);
  return values.flatMap((value, at) => {
    const verdict = scalarAnomaly.observe(state, { time: at, value, step: null, capacity: null }, source, options);
    return verdict.status === 'quiet' ? [] : [{ at, verdict }];
  });
}
const daily = (at: number) => 10 + 3 * Math.sin((2 * Math.PI * at) / 288);

describe('scalarAnomaly', () => {
  it('finds a value beyond all of the history, says so once it is known, and recovers', () => {
    const said = say(steps(1000, (at) => (at === 800 ? 20 : daily(at))));
    // A pattern of three values holds the odd one three times, one of means of two somewhat longer.
    const outlier = said.filter(({ at }) => at >= 800);
    expect(outlier.map(({ at, verdict }) => `${verdict.status} ${at}`)).toEqual([
      ...steps(7, (at) => `evidence ${800 + at}`),
      'recovered 866',
    ]);
    expect(outlier[0]?.verdict).toMatchObject({
      severity: 'warning',
      cause: expect.stringMatching(
        /^gradwatch_node_load1 of the node is 20, usually 10(\.\d+)? \(novelty \d+(\.\d+)?, limit 1\.5\)\.$/,
      ) as string,
    });
  });

  it('is quiet on a period that it has seen, and finds a level that is new though its values are not', () => {
    expect(say(steps(3000, daily)).filter(({ at }) => at > 300)).toEqual([]);
    // Single values up to 16 are usual, a level of 14.5 is not.
    const level = (at: number) => (at < 1000 ? 10 + (at % 20 === 0 ? 6 : 0) : 14.5) + 0.3 * Math.sin(7.7 * at);
    const said = say(steps(1060, level));
    expect(said.filter(({ at }) => at > 300).map(({ at }) => at)[0]).toBeLessThan(1020);
    expect(said.filter(({ at }) => at > 300).map(({ at }) => at)[0]).toBeGreaterThan(999);
  });

  it.each(['robust_z', 'ewma', 'mean_sigma'])('finds a jump by %s, and is quiet on noise', (method) => {
    const noise = normals(2);
    const values = steps(1200, (at) => 10 + noise() * 0.5 + (at >= 1000 ? 8 : 0));
    const said = say(values, { method, sigmas: '5' });
    expect(said[0]?.at).toBeGreaterThanOrEqual(1000);
    expect(said[0]?.at).toBeLessThan(1010);
  });

  it.each(['robust_z', 'ewma', 'mean_sigma'])('finds a jump of what never moved by %s, and no last digit', (method) => {
    const said = say(
      steps(200, (at) => (at === 100 ? 0.500_01 : at === 150 ? 0.9 : 0.5)),
      { method, sigmas: '5' },
    );
    expect(said[0]?.at).toBe(150);
  });

  it('keeps fixed limits from the first value on', () => {
    const limits = 'gradwatch_gpu_*>1, gradwatch_node_load1>90, gradwatch_node_load1<1';
    const said = say([50, 91, 0, 50], { limits });
    expect(said.map(({ at }) => at)).toEqual([1, 2]);
    expect(said[1]?.verdict).toMatchObject({
      threshold: 1,
      cause: 'gradwatch_node_load1 of the node is 0 (fixed limit 1).',
    });
  });

  it('finds what is no number where there always was one, and infinity beyond a limit at once', () => {
    const lost = (at: number) => (at >= 300 && at < 310 ? (at < 305 ? Infinity : NaN) : daily(at));
    const said = say(steps(400, lost)).filter(({ at }) => at >= 300);
    expect(said.map(({ at, verdict }) => `${verdict.status} ${at}`)).toEqual([
      ...steps(10, (at) => `evidence ${300 + at}`),
      'recovered 369',
    ]);
    expect(said[5]?.verdict).toMatchObject({ cause: 'gradwatch_node_load1 of the node is NaN (no number).' });
    const gaps = (at: number) => (at % 50 === 0 ? NaN : daily(at));
    expect(say(steps(400, gaps))).toEqual([]);
    const limits = { limits: 'gradwatch_node_load1>90' };
    expect(say([50, Infinity, -Infinity], limits)[0]?.verdict).toMatchObject({
      cause: 'gradwatch_node_load1 of the node is infinity (fixed limit 90).',
    });
  });

  it('takes limits that a value may not reach, of names as scripts give them', () => {
    expect(say([89, 90, 5, 4], { limits: 'gradwatch_node_load1>=90,gradwatch_*<=4' }).map(({ at }) => at)).toEqual([
      1, 3,
    ]);
    const limits = limitsOf(['reward/mean<0.2', 'a - b >= -1e3']);
    expect([limitCrossed(limits, 'reward/mean', 0.1), limitCrossed(limits, 'a - b', -1000)]).toEqual([0.2, -1000]);
  });

  it.each(['nonsense', 'a>90C', 'a=3', 'a<', '>3', 'a>b', 'a>>3', 'a=<3 4', 'a>Infinity'])(
    'refuses the limit %s by name',
    (part) => {
      expect(readConfig(scalarAnomaly.options, { flags: { limits: `b>1,${part}` } })).toMatchObject({
        mistakes: [{ expected: expect.stringContaining(`; ${JSON.stringify(part)} is not`) as string }],
      });
    },
  );

  it('passes over what is not finite', () => {
    expect(say(steps(300, (at) => (at % 3 === 0 ? NaN : 5)))).toEqual([]);
  });
});
