import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProcStat } from './proc-stat.ts';

const stat = [
  'cpu  1000 20 300 40000 500 6 70 8 90 1',
  'cpu0 600 10 200 20000 300 3 40 4 45 1',
  'cpu1 400 10 100 20000 200 3 30 4 45 0',
  'intr 5000 0 1 2',
  'ctxt 123456',
  'btime 1760000000',
  'processes 4242',
  'softirq 900 1 2 3',
  '',
].join('\n');

describe('parseProcStat', () => {
  it('reads seconds by mode, the number of CPUs and the time of boot', () => {
    const read = parseProcStat(stat)!;
    expect([...read.cpuSeconds]).toEqual([
      ['user', 10],
      ['nice', 0.2],
      ['system', 3],
      ['idle', 400],
      ['iowait', 5],
      ['irq', 0.06],
      ['softirq', 0.7],
      ['steal', 0.08],
    ]);
    expect(read.cpus).toBe(2);
    expect(read.bootTime).toBe(1_760_000_000);
  });

  it('leaves out modes that an old kernel does not tell, and a missing time of boot', () => {
    const read = parseProcStat('cpu 1 2 3 4\ncpu0 1 2 3 4\n')!;
    expect([...read.cpuSeconds.keys()]).toEqual(['user', 'nice', 'system', 'idle']);
    expect(read.bootTime).toBeNull();
  });

  it.each(['', 'cpu0 1 2 3 4\n', 'cpu\n', 'cpu 1 2 3\n', 'cpu 1 2 x 4\n', 'cpu 1 -2 3 4\n'])(
    'gives null for %j',
    (text) => {
      expect(parseProcStat(text)).toBeNull();
    },
  );

  it('never throws, and never gives a time that is no number', () => {
    const line = fc.tuple(fc.constantFrom('cpu ', 'cpu0 ', 'btime ', ''), fc.string()).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const read = parseProcStat(lines.join('\n'));
        for (const seconds of read?.cpuSeconds.values() ?? []) expect(seconds).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
