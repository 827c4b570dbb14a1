import { describe, expect, it } from 'vitest';
import { Vocabulary, type Column, type Meaning } from '../scalars/index.ts';
import { StepCounter } from './step-counter.ts';

const vocabulary = (Vocabulary.of([], '--map') as { value: Vocabulary }).value;

/** Steps by the name that tells them, and what else a row tells. */
type Told = readonly [steps: Readonly<Record<string, number>>, numbers?: Partial<Record<Meaning, number>>];

/** The steps of the lines that are given, an error as it is, and what is said of the others. */
function counted(told: readonly (Told | string)[]) {
  const given: (number | string | undefined)[] = [];
  const counter = new StepCounter((line) => given.push('error' in line ? line.error : line.value.numbers.get('step')));
  for (const [number, each] of told.entries()) {
    if (typeof each === 'string') counter.take({ error: each }, number);
    else {
      const [names, numbers = {}] = each;
      const steps = new Map(Object.entries(names).map(([name, step]) => [vocabulary.find(name) as Column, step]));
      const entries = new Map(Object.entries(numbers) as [Meaning, number][]);
      counter.take(
        { value: { steps, numbers: entries, times: new Map(), readings: new Map(), extras: new Map() } },
        number,
      );
    }
  }
  counter.end();
  return { given, leftOut: counter.leftOut };
}

const ofScript: Told = [{ _step: 7 }, { epoch: 1 }];
const ofTraining: Told = [{ _step: 8, 'train/global_step': 100 }, { loss: 2 }];

describe('StepCounter', () => {
  it('takes one counter for a file, and counts the rows that have another alone', () => {
    expect(counted([ofScript, ofTraining, 'broken', ofScript, ofTraining])).toEqual({
      given: [100, 'broken', 100],
      leftOut:
        '2 rows do not tell train/global_step, which counts the steps of the others, and are left out; ' +
        '--map step=COLUMN names another counter',
    });
  });

  it('takes the counter that misses the fewest rows with something to judge', () => {
    expect(counted([ofTraining, [{ _step: 9 }, { validation_loss: 1 }]])).toEqual({ given: [8, 9], leftOut: null });
  });

  it('decides by what comes first in a long file, and says what it leaves out of the rest', () => {
    const late: Told = [{ _step: 9 }, { validation_loss: 1 }];
    const { given, leftOut } = counted([...Array.from({ length: 1000 }, () => ofTraining), late, late]);
    expect(given).toEqual(Array.from({ length: 1000 }, () => 100));
    expect(leftOut).toContain('2 rows do not tell');
  });

  it('gives what has no step, and takes the first counter that comes', () => {
    expect(counted([[{}, { loss: 1 }], ofScript]).given).toEqual([undefined, 7]);
    const stepless = Array.from({ length: 1000 }, (): Told => [{}, { loss: 1 }]);
    expect(counted([...stepless, ofScript]).given.at(-1)).toBe(7);
  });
});
