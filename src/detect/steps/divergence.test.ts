import { describe, expect, it } from 'vitest';
import { Feed, normals, steps } from '../../../test/support/detection.ts';
import { divergence } from './divergence.ts';

const noise = normals(3);
const descent = (at: number) => ({ loss: (1 + 3 * Math.exp(-at / 100)) * (1 + 0.02 * noise()) });

describe('divergence', () => {
  it('is critical when the training loss rises by half and stays', () => {
    const feed = new Feed(divergence);
    expect(feed.say(steps(600, descent))).toEqual([]);
    const said = feed.say(steps(200, () => ({ loss: 1.8 * (1 + 0.02 * noise()) })));
    // Half a window until the median turns, then the patience.
    expect(said[0]).toMatch(/^critical 69\d$/);
    expect(feed.take({ loss: 1.8 })).toMatchObject({
      firstStep: 600,
      baseline: expect.closeTo(1, 1) as number,
      cause: expect.stringMatching(
        /^The training loss of rank 2 stays at 1\.8\d* up to step 800, above its level of 1\.0\d* before step 600/,
      ) as string,
    });
    expect(feed.say(steps(200, () => ({ loss: 1 }))).at(-1)).toMatch(/^recovered 8\d\d|recovered 9\d\d$/);
  });

  it('warns of a loss that stays above where it began, before there is a level to leave', () => {
    const feed = new Feed(divergence);
    expect(feed.say(steps(20, descent))).toEqual([]);
    const said = feed.say(steps(30, () => ({ loss: 8 * (1 + 0.02 * noise()) })));
    expect(said[0]).toMatch(/^warning 3\d$/);
    expect(feed.take({ loss: 8 })).toMatchObject({
      firstStep: expect.closeTo(24, -1) as number,
      cause: expect.stringMatching(/^The training loss of rank 2 began at 3\.\d+ and stays at [78]/) as string,
    });
    // The worse it is, the more it varies, and it had fallen all the same.
    const worse = new Feed(divergence);
    worse.say(steps(50, (at) => ({ loss: (0.8 + 1.5 * Math.exp(-at / 60)) * (1 + 0.05 * noise()) })));
    expect(worse.say(steps(40, () => ({ loss: 35 * (1 + 0.3 * noise()) })))[0]).toMatch(/^warning [67]\d$/);
    // A warm-up that passes by, and losses below zero.
    const warm = steps(110, (at) => ({ loss: at > 20 && at < 40 ? 2.5 : 2 }));
    expect(new Feed(divergence).say(warm)).toEqual([]);
    expect(new Feed(divergence).say(steps(100, (at) => ({ loss: at < 20 ? -4 : -1 })))).toEqual([]);
  });

  it('is critical, once, of a loss that rises from the first steps on until no number holds it', () => {
    const noise = normals(17);
    const feed = new Feed(divergence);
    const said = feed.say(steps(400, (at) => ({ loss: 1.8 * 1.1 ** Math.max(0, at - 6) * Math.exp(0.3 * noise()) })));
    const [first] = said.filter((one) => !one.startsWith('info'));
    expect(first).toMatch(/^critical [67]\d$/);
    expect(said.filter((one) => one.startsWith('recovered'))).toEqual([]);
    expect(feed.take({ loss: 1.8 * 1.1 ** 394 })).toMatchObject({
      severity: 'critical',
      cause: expect.stringMatching(/times the \d\.\d+ of its first steps\.$/) as string,
    });
  });

  it('warns of a rise by less that gives back a fifth of what was learnt, also where few steps report', () => {
    const rising = (turn: number, every: number) =>
      steps(2 * turn, (at) => {
        const language = 2.8 + 8 * (1 + (at * every) / 30) ** -0.35;
        return { loss: language * (at < turn ? 1 : 1.35) * (1 + 0.02 * noise()) };
      });
    expect(new Feed(divergence).say(rising(2000, 1))[0]).toMatch(/^warning 20\d\d$/);
    const feed = new Feed(divergence);
    const said = rising(80, 100).flatMap((values, at) => feed.take(values, { step: 100 * at }));
    expect(said.find(({ status }) => status === 'evidence')).toMatchObject({ severity: 'warning', firstStep: 8000 });
  });

  it('tells of a slow rise the more, the more of what was learnt is lost, and not at all of what never fell', () => {
    const slow = (rise: number) =>
      steps(5000, (at) => ({ loss: (1 + 3 * Math.exp(-at / 100) + (rise * at) / 5000) * (1 + 0.02 * noise()) }));
    const severities = (losses: ReturnType<typeof slow>) => [
      ...new Set(new Feed(divergence).say(losses).map((said) => said.split(' ')[0])),
    ];
    expect(severities(slow(0.9))).toEqual(['info']);
    expect(severities(slow(2))).toEqual(['info', 'warning']);
    expect(severities(slow(4))).toEqual(['info', 'warning', 'critical']);
    const grows = steps(2000, (at) => ({ loss: 0.05 * (1 - Math.exp(-at / 800)) + 0.008 * noise() }));
    expect(new Feed(divergence).say(grows)).toEqual([]);
  });

  it('is silent on a loss that wanders without a trend, or came down by no more than it wanders', () => {
    const wandering = (memory: number, size: number) => {
      let wander = 0;
      return steps(4000, () => ({ loss: (wander = memory * wander + Math.sqrt(1 - memory ** 2) * size * noise()) }));
    };
    const paging = (losses: ReturnType<typeof wandering>) =>
      new Feed(divergence).say(losses).filter((said) => /^warning|^critical/.test(said));
    for (const memory of [0.9, 0.97, 0.995]) {
      expect(paging(wandering(memory, 2))).toEqual([]);
      const rising = wandering(memory, 0.4).map(({ loss }, at) => ({ loss: loss + 3 - 2 * Math.exp(-at / 1000) }));
      expect(paging(rising)).toEqual([]);
    }
  });

  it('judges a loss alike, whatever constant is added to it', () => {
    for (const constant of [-1000, -20, 0, 1000]) {
      const loss = (at: number) => constant + 2 + 8 * Math.exp(-at / 200) + 0.05 * noise();
      const feed = new Feed(divergence);
      expect(feed.say(steps(1200, (at) => ({ loss: loss(at) })))).toEqual([]);
      const said = feed.say(steps(800, (at) => ({ loss: loss(1200 + at) + 10 * (1 - Math.exp(-at / 50)) })));
      expect(said.find((each) => each.startsWith('critical'))).toMatch(/^critical 1[23]\d\d$/);
      const evaluated = (at: number) => 2 + 8 * Math.exp(-at / 5) + (at < 30 ? 0 : 0.4 * (at - 30)) + constant;
      const seldom = steps(60, (at) => ({ validation_loss: evaluated(at), evaluated_training_loss: evaluated(at) }));
      expect(new Feed(divergence).say(seldom).some((each) => each.startsWith('critical'))).toBe(true);
    }
  });

  it('waits for a loss that is on its way back', () => {
    const healing = steps(4000, (at) => ({
      loss: (1 + 3 * Math.exp(-at / 100) + (at < 1000 ? 0 : 0.9 * Math.exp((1000 - at) / 300))) * (1 + 0.02 * noise()),
    }));
    expect(new Feed(divergence).say(healing)).toEqual([]);
  });

  it('is critical where the loss is lost for good with a noise that grows with it', () => {
    const lost = (size: number, factor: number) =>
      steps(1400, (at) => ({
        loss: (at < 600 ? 0.05 + 0.95 * Math.exp(-at / 60) : 0.05 * factor) * Math.exp(size * noise()),
      }));
    for (const size of [0.05, 0.15, 0.3]) {
      for (const factor of [5, 20, 100]) {
        const said = new Feed(divergence).say(lost(size, factor));
        expect(said.some((one) => /^critical [67]\d\d$/.test(one))).toBe(true);
      }
    }
  });

  it('compares after a warm restart with the level of the last time at such a learning rate', () => {
    const restarts = (highest: number) =>
      steps(4000, (at) => {
        const cosine = (1 + Math.cos((Math.PI * (at % 1000)) / 1000)) / 2;
        const [rate, height] = at < 3000 ? [0.1, 1] : [highest, highest === 0.1 ? 1 : 3];
        const level = 0.2 + height * cosine + 2 * Math.exp(-at / 100);
        return { loss: level * (1 + 0.03 * noise()), learning_rate: rate * cosine + 1e-4 };
      });
    expect(new Feed(divergence).say(restarts(0.1))).toEqual([]);
    // A rate that the run never had excuses nothing.
    expect(new Feed(divergence).say(restarts(10))[0]).toMatch(/^critical 30\d\d|critical 31\d\d$/);
  });

  it('is silent on spikes that heal, and on a small loss that doubles by noise', () => {
    const spiky = steps(900, (at) => (at % 100 < 20 && at > 300 ? { loss: 9 } : descent(at)));
    expect(new Feed(divergence).say(spiky)).toEqual([]);
    const tiny = steps(2000, (at) => ({ loss: 2 * Math.exp(-at / 50) + 1e-4 * (2 + Math.sin(at / 300)) }));
    expect(new Feed(divergence).say(tiny)).toEqual([]);
  });

  it('sees at evaluations that both losses rise, and not that one of them does', () => {
    const rising = (of: 'both' | 'validation') =>
      steps(40, (at) => ({
        validation_loss: 1 + 0.02 * Math.max(0, at - 20),
        evaluated_training_loss: of === 'both' ? 0.8 + 0.02 * Math.max(0, at - 20) : 0.8 - 0.01 * at,
      }));
    const said = new Feed(divergence).say(rising('both'));
    expect(said[0]).toMatch(/^warning (2|3)\d$/);
    expect(new Feed(divergence).say(rising('validation'))).toEqual([]);
  });

  it('sees at the second evaluation that both losses blew up, before there are levels', () => {
    const blown = (validation: number, training: number) => ({
      validation_loss: validation,
      evaluated_training_loss: training,
    });
    const feed = new Feed(divergence);
    expect(feed.say([blown(27, 26), blown(81_530, 84_364), blown(3e6, 1e7)])).toEqual(['critical 2']);
    expect(feed.take(blown(1e15, 1e15))).toMatchObject({
      firstStep: 1,
      cause: expect.stringContaining('many times their lowest of 27 and 26') as string,
    });
    // One mishap, or a validation loss alone, is none.
    expect(new Feed(divergence).say([blown(2, 2), blown(90, 90), blown(2, 2), blown(90, 90)])).toEqual([]);
    expect(new Feed(divergence).say([blown(2, 2), blown(90, 1), blown(90, 1), blown(90, 1)])).toEqual([]);
  });

  it('recovers where there are evaluations alone', () => {
    const feed = new Feed(divergence);
    feed.say(steps(40, (at) => ({ validation_loss: at < 20 ? 1 : 2, evaluated_training_loss: at < 20 ? 1 : 2 })));
    const back = feed.say(steps(10, () => ({ validation_loss: 1, evaluated_training_loss: 1 })));
    expect(back.at(-1)).toMatch(/^recovered/);
  });

  it('begins its levels anew after a return to a checkpoint', () => {
    const feed = new Feed(divergence);
    feed.say(steps(300, () => ({ loss: 1 })));
    feed.take({ loss: 3 }, { wentBack: true, step: 100 });
    expect(feed.say(steps(60, () => ({ loss: 3 })))).toEqual([]);
  });

  describe('of what a run learnt on a path that it abandoned', () => {
    /** A loss that stands until step 600 and then falls. */
    const plateau = (at: number) => (at < 600 ? 5.2 : 2 + 3.2 * Math.exp((600 - at) / 300)) + Math.max(0, 40 - at) / 50;
    const losses = (from: number, count: number) =>
      steps(count, (at) => ({ loss: plateau(from + at) * (1 + 0.02 * noise()) }));
    const evaluations = (from: number, count: number) =>
      steps(count, (at) => ({
        validation_loss: plateau(10 * (from + at)),
        evaluated_training_loss: plateau(10 * (from + at)),
      }));

    it.each([0, 100, 590])('knows nothing after a return to step %d', (step) => {
      const feed = new Feed(divergence);
      expect(feed.say(losses(0, 1100))).toEqual([]);
      feed.take(losses(step, 1)[0]!, { step, wentBack: true });
      expect(feed.say(losses(step + 1, 2000))).toEqual([]);
    });

    it.each([0, 10, 55])('knows nothing of evaluations after a return to step %d', (step) => {
      const feed = new Feed(divergence);
      expect(feed.say(evaluations(0, 110))).toEqual([]);
      feed.take(evaluations(step, 1)[0]!, { step, wentBack: true });
      expect(feed.say(evaluations(step + 1, 200))).toEqual([]);
    });

    it('knows what came before: weights that a resume lost are told', () => {
      const feed = new Feed(divergence);
      expect(feed.say(steps(600, descent))).toEqual([]);
      const lost = () => ({ loss: 2.8 * (1 + 0.02 * noise()) });
      feed.take(lost(), { step: 500, wentBack: true });
      expect(feed.say(steps(600, lost))).toContainEqual(expect.stringMatching(/^warning/));
    });

    it('measures one that begins again by its own first level', () => {
      const feed = new Feed(divergence);
      feed.say(steps(600, descent));
      const other = (at: number) => ({ loss: (at < 600 ? 20 + 20 * Math.exp(-at / 100) : 32) * (1 + 0.02 * noise()) });
      feed.take(other(0), { step: 0, wentBack: true });
      expect(feed.say(steps(900, (at) => other(at + 1)))[0]).toMatch(/^critical [67]\d\d$/);
    });
  });

  it('warns of a loss that leaps in its first steps and never comes back to where it began', () => {
    const noise = normals(31);
    const leapt = (at: number) => ({ loss: at === 0 ? 4.6 : (8 + 20 * Math.exp(-at / 30)) * Math.exp(0.05 * noise()) });
    expect(new Feed(divergence).say(steps(200, leapt))[0]).toMatch(/^warning [23]\d$/);
  });

  it('warns of good weights that are destroyed, of which no loss tells what they had learnt', () => {
    const noise = normals(32);
    const tuned = (at: number) => ({ loss: (at < 400 ? 1.4 : 3) + 0.3 * noise() });
    const said = new Feed(divergence).say(steps(700, tuned));
    expect(said[0]).toMatch(/^warning 4\d\d$/);
    const steady = () => ({ loss: 1.4 + 0.3 * noise() });
    expect(new Feed(divergence).say(steps(2000, steady))).toEqual([]);
  });

  it('warns in most of the cases of good weights that a learning rate destroys little by little', () => {
    const told = Array.from({ length: 20 }, (_each, seed) => {
      const noise = normals(seed + 1);
      const destroyed = (at: number) => {
        const share = Math.min(1, Math.max(0, (at - 500) / 120));
        return { loss: 1.45 + 0.85 * share + (0.36 - 0.26 * share) * noise() };
      };
      return new Feed(divergence).say(steps(1000, destroyed)).some((said) => /^warning [67]\d\d$/.test(said));
    });
    expect(told.filter(Boolean).length).toBeGreaterThan(14);
  });
});
