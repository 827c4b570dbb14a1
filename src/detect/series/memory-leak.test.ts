import { describe, expect, it } from 'vitest';
import { normals, steps } from '../../../test/support/detection.ts';
import { readConfig } from '../../config/index.ts';
import { memoryLeak } from './memory-leak.ts';

const read = readConfig(memoryLeak.options, {});
if (!('value' in read)) throw new Error('no defaults');
const options = read.value;
const gib = 2 ** 30;
const source = { name: 'gradwatch_train_process_memory_bytes', run: 'r', rank: 2, uuid: null, owner: 'rank 2' };

/** What it says of values that come once a minute: at which of them, with what. */
function say(values: readonly number[], capacity: number | null = null) {
  const state = memoryLeak.start(options);
  return values.flatMap((value, at) => {
    const verdict = memoryLeak.observe(state, { time: 60 * at, value, step: at, capacity }, source, options);
    return verdict.status === 'quiet' ? [] : [{ at, verdict }];
  });
}
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

  it('warns of a memory without a known end once it has grown by half', () => {
    const told = evidence(steps(1000, (at) => (8 + 0.01 * at) * gib));
    const warned = told.findIndex(({ severity }) => severity === 'warning');
    expect(told.slice(0, warned).every(({ severity }) => severity === 'info')).toBe(true);
    expect(told[warned]?.at).toBeGreaterThan(390);
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
