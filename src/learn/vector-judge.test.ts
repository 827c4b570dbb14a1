import { describe, expect, it } from 'vitest';
import { restoreState } from '../snapshot/index.ts';
import { Random } from './random.ts';
import { VectorJudge } from './vector-judge.ts';

const signals = 5;

function vector(time: number, random: Random, broken = false): Float64Array {
  const load = Math.sin(time / 15);
  const values = Float64Array.from({ length: signals }, (_, at) => 50 + 10 * (at + 1) * load + random.normal());
  if (broken) values[3] = 50 - 10 * load;
  return values;
}

/** A judge that has seen a thousand usual vectors. */
function taught(relearn = 1000) {
  const random = new Random(9);
  const judge = new VectorJudge(signals, 1, relearn);
  let strange = 0;
  for (let time = 0; time < 1000; time += 1) if (judge.judge(vector(time, random))?.strange) strange += 1;
  return { judge, random, strange };
}

describe('VectorJudge', () => {
  it('says nothing before a model has a limit, and finds usual vectors usual', () => {
    const { strange } = taught();
    expect(strange).toBeLessThanOrEqual(1);
    expect(new VectorJudge(signals, 1, 10).judge(vector(0, new Random(1)))).toBeNull();
  });

  it('finds a vector strange whose parts no longer go together, and names the part', () => {
    const { judge, random } = taught();
    const found = Array.from({ length: 30 }, (_, at) => judge.judge(vector(1000 + at, random, true))!);
    expect(found.filter(({ strange }) => strange).length).toBeGreaterThan(15);
    const worst = found.toSorted((a, b) => (b.ratios.get('pca') ?? 0) - (a.ratios.get('pca') ?? 0))[0]!;
    expect(worst.shares.indexOf(Math.max(...worst.shares))).toBe(3);
    expect(worst.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    const after = Array.from({ length: 20 }, (_, at) => judge.judge(vector(1030 + at, random))!);
    expect(after.at(-1)!.strange).toBe(false);
  });

  it('finds nothing in a slight move of what stood still, and much in a large one', () => {
    const random = new Random(4);
    const judge = new VectorJudge(signals, 1, 1000);
    const still = (time: number, clock: number, share: number): Float64Array => {
      const values = vector(time, random);
      values[2] = clock;
      values[4] = share;
      return values;
    };
    for (let time = 0; time < 1000; time += 1) judge.judge(still(time, 1980, 0));
    const strange = (clock: number, share: number) =>
      Array.from({ length: 30 }, (_, at) => judge.judge(still(1000 + at, clock, share))!).filter((said) => said.strange)
        .length;
    expect(strange(1978, 0.002)).toBeLessThanOrEqual(1);
    expect(strange(1700, 0)).toBe(30);
  });

  it('does not learn what is strange, until it has been so for long', () => {
    const { judge } = taught(50);
    const far = Float64Array.from({ length: signals }, () => 500);
    const first = Array.from({ length: 50 }, () => judge.judge(far));
    expect(first.every((judgement) => judgement?.strange)).toBe(true);
    expect(judge.judge(far)).toBeNull();
  });

  it('goes on after a restart as if nothing had been', () => {
    const { judge, random } = taught();
    const saved: unknown = structured(judge);
    const other = new VectorJudge(signals, 1, 1000);
    expect(restoreState(other, saved)).toBe(true);
    const next = vector(1000, random);
    expect(other.judge(next)).toEqual(judge.judge(next));
  });
});

/** What a snapshot holds of an object: its properties, and what `toJSON` gives of those that have one. */
function structured(value: unknown): unknown {
  if (value instanceof Float64Array) return value.slice();
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value) return structured((value as { toJSON(): unknown }).toJSON());
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, structured(part)]));
}
