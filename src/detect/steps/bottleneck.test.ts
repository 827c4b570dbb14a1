import { describe, expect, it } from 'vitest';
import { Feed, steps } from '../../../test/support/detection.ts';
import { bottleneck } from './bottleneck.ts';

const parts = (wait: number, step = 1) => ({
  step_seconds: step,
  data_wait_seconds: wait,
  host_to_device_seconds: 0.05,
  collective_wait_seconds: 0.1,
});

describe('bottleneck', () => {
  it('names the part in which much of the time is spent: to be known, where it was always so', () => {
    const feed = new Feed(bottleneck);
    const said = steps(1000, () => feed.take(parts(0.3))).filter(({ status }) => status === 'evidence');
    expect(said[0]).toMatchObject({
      severity: 'info',
      firstStep: 0,
      step: 199,
      score: expect.closeTo(0.3) as number,
      cause: 'Rank 2 spends 30 % of its time waiting for input data since about step 0.',
    });
    expect(new Set(said.map((each) => 'severity' in each && each.severity))).toEqual(new Set(['info']));
  });

  it('warns where it became so, and says when it is over', () => {
    const feed = new Feed(bottleneck);
    expect(feed.say(steps(500, () => parts(0.1)))).toEqual([]);
    const said = steps(300, () => feed.take(parts(0.5))).filter(({ status }) => status === 'evidence');
    expect(said[0]).toMatchObject({
      severity: 'warning',
      firstStep: 500,
      step: 699,
      judgedFrom: 600,
      cause:
        'Rank 2 spends 50 % of its time waiting for input data since about step 500, where 10 % were usual before.',
    });
    expect(feed.say(steps(200, () => parts(0.1)))).toEqual(['recovered 999']);
  });

  it('says from where on it is worse than it always was', () => {
    const feed = new Feed(bottleneck);
    feed.say(steps(600, () => parts(0.25)));
    const said = steps(100, () => feed.take(parts(0.5))).filter(({ status }) => status === 'evidence');
    expect(said).toMatchObject([
      {
        severity: 'warning',
        firstStep: 600,
        step: 699,
        cause:
          'Rank 2 spends 50 % of its time waiting for input data since about step 600, where 25 % were usual before.',
      },
    ]);
  });

  it('is over when it is as it always was, which is known', () => {
    const feed = new Feed(bottleneck);
    expect(feed.say(steps(600, () => parts(0.25))).at(-1)).toBe('info 599');
    expect(feed.say(steps(300, () => parts(0.5)))).toEqual(['warning 699', 'warning 799', 'warning 899']);
    expect(feed.say(steps(400, () => parts(0.25)))).toEqual(['recovered 1099']);
    expect(feed.say(steps(200, () => parts(0.5)))).toEqual(['warning 1399', 'warning 1499']);
  });

  it('counts a checkpoint by what it takes of all steps, and a part that comes later to its step', () => {
    const feed = new Feed(bottleneck);
    const said = steps(200, (step) => {
      const verdict = feed.take({ step_seconds: step % 50 === 0 ? 51 : 1 }, { step });
      const late = step % 50 === 0 ? feed.take({ checkpoint_seconds: 50 }, { step }) : verdict;
      return [verdict, late];
    }).flat();
    expect(said.find(({ status }) => status === 'evidence')).toMatchObject({
      cause: 'Rank 2 spends 50 % of its time writing checkpoints since about step 0.',
    });
  });

  it('is silent where steps tell no parts, or compute', () => {
    expect(new Feed(bottleneck).say(steps(500, () => ({ step_seconds: 1 })))).toEqual([]);
    expect(new Feed(bottleneck).say(steps(500, () => ({ ...parts(0.01), backward_seconds: 0.8 })))).toEqual([]);
  });
});
