import { describe, expect, it } from 'vitest';
import { Feed, normals, steps } from '../../../test/support/detection.ts';
import { throughputRegression } from './throughput-regression.ts';

describe('throughputRegression', () => {
  it('finds what became slow so gradually that no step stands out', () => {
    const feed = new Feed(throughputRegression);
    const noise = normals(1);
    const said = feed.say(
      steps(4000, (at) => ({ step_seconds: 0.2 * (1 + at / 8000) * Math.exp(0.05 * noise()), tokens: 4096 })),
    );
    expect(said[0]).toMatch(/^warning 1[3-7]\d\d$/);
    expect(new Set(said.map((each) => each.split(' ')[0]))).toEqual(new Set(['warning']));
  });

  it('goes by the utilisation where it is told, and says when it is over', () => {
    const feed = new Feed(throughputRegression);
    const mfu = (at: number) => (at >= 300 && at < 600 ? 0.15 : 0.4);
    const said = feed.say(steps(900, (at) => ({ step_seconds: 0.2, tokens: 10, mfu_ratio: mfu(at) })));
    expect(said[0]).toMatch(/^critical 39\d$/);
    expect(said.at(-1)).toMatch(/^recovered 6[5-9]\d$/);
  });

  it('says of which steps its level is', () => {
    const feed = new Feed(throughputRegression);
    const said = steps(400, (at) => feed.take({ step_seconds: at < 300 ? 0.2 : 0.4, tokens: 10 }));
    expect(said.at(-1)).toMatchObject({ step: 399, judgedFrom: 336 });
  });

  it('does not compare steps of other work', () => {
    const feed = new Feed(throughputRegression);
    const said = feed.say(
      steps(900, (at) => (at < 400 ? { step_seconds: 0.2, samples: 64 } : { step_seconds: 0.1, samples: 16 })),
    );
    expect(said).toEqual([]);
  });

  it('takes samples that become longer for no more than information, and a lasting loss for one', () => {
    const noise = normals(4);
    for (const epoch of [500, 1500]) {
      const feed = new Feed(throughputRegression);
      const said = feed.say(
        steps(4000, (at) => ({
          step_seconds: (0.1 + (0.4 * (at % epoch)) / epoch) * Math.exp(0.03 * noise()),
          samples: 32,
        })),
      );
      expect(said[0]).toMatch(/^info /);
      expect(said.filter((each) => /^(warning|critical)/.test(each))).toEqual([]);
    }
    const lasting = steps(900, (at) => ({ step_seconds: at < 300 ? 0.2 : 0.3, samples: 32 }));
    const said = new Feed(throughputRegression).say(lasting);
    expect(said[0]).toMatch(/^info 39\d$/);
    expect(said.find((each) => each.startsWith('warning'))).toMatch(/^warning 5[89]\d$/);
  });

  it('says nothing of steps that come and go between two speeds, and tells of a loss of both', () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const noise = normals(seed);
      const between = (count: number, slower: number) =>
        steps(count, () => ({
          step_seconds: slower * (noise() > 0 ? 0.4 : 0.2) * Math.exp(0.03 * noise()),
          tokens: 4096,
        }));
      const feed = new Feed(throughputRegression);
      expect(feed.say(between(3000, 1))).toEqual([]);
      expect(feed.say(between(300, 1.5))[0]).toMatch(/^(warning|critical) 3\d\d\d$/);
    }
  });

  it('says nothing where nobody tells what was done, and of noise', () => {
    const noise = normals(3);
    expect(new Feed(throughputRegression).say(steps(400, (at) => ({ step_seconds: 1 + at })))).toEqual([]);
    const noisy = steps(5000, () => ({ step_seconds: 0.2 * Math.exp(0.2 * noise()), tokens: 4096 }));
    expect(new Feed(throughputRegression).say(noisy)).toEqual([]);
  });
});
