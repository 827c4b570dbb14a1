import { describe, expect, it } from 'vitest';
import { normals, steps } from '../../../test/support/detection.ts';
import { readConfig } from '../../config/index.ts';
import type { Verdict } from '../detector.ts';
import type { ScalarPoint } from '../scalar.ts';
import { memoryLeak } from './memory-leak.ts';

const read = readConfig(memoryLeak.options, {});
if (!('value' in read)) throw new Error('no defaults');
const options = read.value;
const gib = 2 ** 30;
const source = { name: 'gradwatch_train_process_memory_bytes', run: 'r', rank: 2, uuid: null, owner: 'rank 2' };

/** What it says of values that come so many seconds apart: at which of them, with what. */
function tell(points: readonly Pick<ScalarPoint, 'value' | 'capacity' | 'pool'>[], of = source, seconds = 60) {
  const state = memoryLeak.start(options);
  return points.flatMap((point, at) => {
    const verdict = memoryLeak.observe(state, { time: seconds * at, step: at, ...point }, of, options);
    return verdict.status === 'quiet' ? [] : [{ at, verdict }];
  });
}
const say = (values: readonly number[], capacity: number | null = null, of = source) =>
  tell(
    values.map((value) => ({ value, capacity })),
    of,
  );
const isWarned = ({ verdict }: { readonly verdict: Verdict }) =>
  verdict.status === 'evidence' && verdict.severity !== 'info';
const evidence = (values: readonly number[], capacity: number | null = null) =>
  say(values, capacity).flatMap(({ at, verdict }) => (verdict.status === 'evidence' ? [{ at, ...verdict }] : []));

describe('memoryLeak', () => {
  it('finds a steady rise, and tells when memory is used up', () => {
    const noise = normals(1);
    const told = evidence(
      steps(1000, (at) => (8 + 0.02 * Math.max(0, at - 200) + 0.1 * noise()) * gib),
      32 * gib,
    );
    const [first] = told;
    expect(first?.at).toBeGreaterThan(250);
    expect(first?.at).toBeLessThan(500);
    expect(first).toMatchObject({
      severity: 'info',
      cause: expect.stringMatching(
        /^Memory of rank 2 \(gradwatch_train_process_memory_bytes\) has risen from [78](\.\d+)? GiB to 1\d(\.\d+)? GiB within [\d.]+ h and was not given back; at this pace it is used up in 1\d(\.\d)? h\.$/,
      ) as string,
    });
    // Half of the 24 GiB that were free are gone after 600 minutes of it.
    const warned = told.find(({ severity }) => severity === 'warning')?.at;
    expect(warned).toBeGreaterThan(770);
    expect(warned).toBeLessThan(830);
  });

  it('warns of memory without a known end once it has grown by half, of what may come and go by day after more than half a day', () => {
    const leak = steps(1200, (at) => (8 + 0.01 * at) * gib);
    const warnedAt = (name: string) => say(leak, null, { ...source, name }).find(isWarned)?.at;
    expect(warnedAt('gradwatch_train_memory_allocated_bytes')).toBeGreaterThan(390);
    expect(warnedAt('gradwatch_train_memory_allocated_bytes')).toBeLessThan(550);
    expect(warnedAt(source.name)).toBeGreaterThan(900);
    expect(warnedAt(source.name)).toBeLessThan(1000);
  });

  it('does not wait for two hours once memory without a known end has doubled', () => {
    const leak = (size: number) => steps(1200, (at) => ({ value: (8 + (size * at) / 1200) * gib, capacity: null }));
    expect(tell(leak(16), source, 1).length).toBeGreaterThan(0);
    expect(tell(leak(4), source, 1)).toEqual([]);
  });

  it('warns of no stairs of which the last has been taken, nor of half a day, without a known end', () => {
    const stairs = steps(1440, (at) => (8 + Math.min(10, Math.floor(at / 60))) * gib);
    const day = steps(3 * 1440, (at) => (10 - 4 * Math.cos((2 * Math.PI * at) / 1440)) * gib);
    for (const values of [stairs, day]) {
      const severities = evidence(values).map(({ severity }) => severity);
      expect(new Set(severities)).toEqual(new Set(['info']));
    }
  });

  it('warns no second time of what was given back, before it grows beyond that', () => {
    const allocated = { ...source, name: 'gradwatch_train_memory_allocated_bytes' };
    const garbage = (at: number) => 8 + 8 * ((at % 600) / 600);
    const said = say(
      steps(3000, (at) => garbage(at) * gib),
      null,
      allocated,
    ).filter(isWarned);
    expect(said.every(({ at }) => at < 600)).toBe(true);
    const leak = steps(3000, (at) => (garbage(at % 1200) + (at < 1200 ? 0 : 0.02 * (at - 1200))) * gib);
    expect(say(leak, null, allocated).filter(isWarned).at(-1)?.at).toBeGreaterThan(1500);
  });

  it('asks of memory that others share how long it lasts, and not how much of it is gone', () => {
    const leak = (free: number) =>
      steps(400, (at) => ({
        value: (1 + 0.02 * at) * gib,
        capacity: (1 + 0.02 * at + free) * gib,
        pool: (40 + 0.02 * at) * gib,
      }));
    const severities = (free: number) =>
      tell(leak(free)).flatMap(({ verdict }) => (verdict.status === 'evidence' ? [verdict.severity] : []));
    expect(severities(20)).toContain('warning');
    expect(new Set(severities(100))).toEqual(new Set(['info']));
    expect(severities(1)).toContain('critical');
  });

  it('wakes nobody for a rise that the memory in use on the node does not show, and says so', () => {
    const noise = normals(7);
    const mapped = steps(600, (at) => ({
      value: (6 + 0.33 * at) * gib,
      capacity: (6 + 0.33 * at + 100) * gib,
      pool: (40 + 0.1 * noise()) * gib,
    }));
    const told = tell(mapped).flatMap(({ verdict }) => (verdict.status === 'evidence' ? [verdict] : []));
    expect(new Set(told.map(({ severity }) => severity))).toEqual(new Set(['info']));
    expect(told.at(-1)?.cause).toMatch(/and was not given back; the memory in use on the node did not rise with it\.$/);
  });

  it.each([1, -1])('warns of a leak while others on the node begin, or give back more than leaks (%i)', (sign) => {
    const others = (at: number) => sign * 6 * Math.floor(at / 130);
    const leak = steps(400, (at) => ({
      value: (1 + 0.02 * at) * gib,
      capacity: (1 + 0.02 * at + 3) * gib,
      pool: (40 + 0.02 * at + others(at)) * gib,
    }));
    const told = tell(leak).flatMap(({ verdict }) => (verdict.status === 'evidence' ? [verdict.severity] : []));
    expect(told).not.toContain('info');
    expect(told.length).toBeGreaterThan(0);
  });

  it('leaves what many take alike to the series of the node, and takes the time to exhaustion of all together', () => {
    const [total, each] = [512, 7 / 240];
    const ofEight = steps(1400, (at) => {
      const [value, pool] = [5 + each * at, 60 + 8 * each * at];
      return { value: value * gib, capacity: (value + total - pool) * gib, pool: pool * gib };
    });
    const told = tell(ofEight, source, 15).flatMap(({ at, verdict }) =>
      verdict.status === 'evidence' ? [{ at, ...verdict }] : [],
    );
    expect(new Set(told.map(({ severity }) => severity))).toEqual(new Set(['info']));
    const { at = NaN, cause } = told.at(-1) ?? {};
    const left = (total - 60) / 8 / each / 240 - at / 240;
    expect(left).toBeGreaterThan(2);
    expect(
      Number(/at the pace of all on the node together it is used up in ([\d.]+) h\.$/.exec(cause ?? '')?.[1]),
    ).toBeCloseTo(left, 1);
  });

  it('warns of each of many that leak so fast that the series of the node tells nothing sooner', () => {
    const ofFour = steps(800, (at) => {
      const value = 0.4 + 0.003 * at;
      return { value: value * gib, capacity: (value + 12 - 0.012 * at) * gib, pool: (10 + 0.012 * at) * gib };
    });
    const told = tell(ofFour, source, 1).flatMap(({ verdict }) =>
      verdict.status === 'evidence' ? [verdict.severity] : [],
    );
    expect(told[0]).toBe('critical');
  });

  it('wakes nobody for what fills and levels off, and finds the leak after it', () => {
    const noise = normals(5);
    for (const tau of [40, 80, 160]) {
      const cache = (at: number) => 8 + 6 * (1 - Math.exp(-Math.max(0, at - 100) / tau)) + 0.05 * noise();
      const severities = evidence(
        steps(2000, (at) => cache(at) * gib),
        32 * gib,
      ).map(({ severity }) => severity);
      expect(severities.filter((severity) => severity !== 'info')).toEqual([]);
      const leak = evidence(
        steps(2000, (at) => (cache(at) + 0.02 * Math.max(0, at - 900)) * gib),
        64 * gib,
      );
      expect(leak.at(-1)?.at).toBeGreaterThan(1900);
    }
  });

  it('says nothing of what is read within an hour', () => {
    const read = steps(1500, (at) => (8 + 6 * Math.min(1, Math.max(0, at - 100) / 60)) * gib);
    expect(evidence(read, 32 * gib)).toEqual([]);
  });

  it('finds what garbage collection hides, and a rise in small stairs', () => {
    const sawtooth = steps(2000, (at) => (8 + 0.005 * at + 3 * ((at % 50) / 50)) * gib);
    expect(evidence(sawtooth).length).toBeGreaterThan(0);
    expect(evidence(steps(2000, (at) => (8 + 0.2 * Math.floor(at / 40)) * gib)).length).toBeGreaterThan(0);
  });

  it('finds what evaluations hide that take much more memory, however long, and is silent without a leak beneath', () => {
    const tensors = { ...source, name: 'gradwatch_train_memory_allocated_bytes' };
    const noise = normals(6);
    for (const [every, lasts] of [
      [200, 20],
      [900, 180],
    ] as const) {
      const values = (perHour: number) =>
        steps(4320, (at) => {
          const level = 10 + (perHour * at) / 360 + (at % every >= every - lasts ? 6 : 0);
          return { value: level * Math.exp(0.01 * noise()) * gib, capacity: null };
        });
      const warned = tell(values(1), tensors, 10).find(isWarned);
      expect(warned?.at).toBeGreaterThan(5 * 360);
      expect(tell(values(0), tensors, 10)).toEqual([]);
    }
  });

  it('is silent on jumps, on plateaus after a short warm-up, on garbage and on load that comes and goes', () => {
    const noise = normals(3);
    const jump = steps(2000, (at) => (at < 900 ? 8 : 14) + 0.05 * noise());
    const warm = steps(2000, (at) => 14 - 6 * Math.exp(-at / 15) + 0.05 * noise());
    const garbage = steps(2000, (at) => 8 + 4 * ((at % 30) / 30));
    const load = steps(4000, (at) => 8 + (at % 1000 < 500 ? 4 : 0) + 0.1 * noise());
    for (const values of [jump, warm, garbage, load]) expect(evidence(values.map((value) => value * gib))).toEqual([]);
  });

  it('is silent on noise about a level, also noise with a memory', () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const noise = normals(seed);
      let drift = 0;
      const values = steps(2000, () => {
        drift = 0.9 * drift + 0.1 * noise();
        return (8 + drift) * gib;
      });
      expect(evidence(values)).toEqual([]);
    }
  });

  it('recovers when the memory is given back, and finds the next leak', () => {
    const leak = steps(600, (at) => (8 + 0.02 * Math.max(0, at - 100)) * gib);
    const said = say([...leak, ...leak]);
    const recovered = said.find(({ verdict }) => verdict.status === 'recovered');
    expect(recovered?.at).toBeGreaterThan(599);
    expect(recovered?.at).toBeLessThan(610);
    expect(said.at(-1)?.verdict.status).toBe('evidence');
  });

  it('is critical shortly before the end, and informs of what lasts for weeks', () => {
    const severities = (perMinute: number) =>
      evidence(
        steps(900, (at) => (8 + perMinute * at) * gib),
        500 * gib,
      ).map(({ severity }) => severity);
    expect(severities(0.53).at(-1)).toBe('critical');
    expect(severities(0.4).at(-1)).toBe('warning');
    expect(new Set(severities(0.06))).toEqual(new Set(['info']));
  });

  it('passes over what is not finite', () => {
    expect(evidence(steps(500, () => NaN))).toEqual([]);
  });
});
