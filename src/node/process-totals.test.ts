import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProcessTotals } from './process-totals.ts';
import type { ProcessUsage } from './process-usage.ts';

const usage = (pid: number, cpuSeconds: number, bytes: number | null = null, startTicks = 1): ProcessUsage => ({
  pid,
  startTicks,
  state: 'S',
  parent: 1,
  cpuSeconds,
  threads: 1,
  residentBytes: 1,
  anonymousBytes: 1,
  openFiles: 1,
  io: bytes === null ? null : { readBytes: bytes, writtenBytes: bytes },
});

describe('ProcessTotals', () => {
  it('counts from when it first looked, and a process that comes later from its beginning', () => {
    const totals = new ProcessTotals();
    expect(totals.update([usage(1, 100, 500)])).toEqual({ cpuSeconds: 0, readBytes: 0, writtenBytes: 0 });
    expect(totals.update([usage(1, 103, 510), usage(2, 4, 7)])).toEqual({
      cpuSeconds: 7,
      readBytes: 17,
      writtenBytes: 17,
    });
  });

  it('keeps what processes had used that ended, and knows a pid that is used again', () => {
    const totals = new ProcessTotals();
    totals.update([usage(1, 0), usage(2, 0)]);
    totals.update([usage(1, 5), usage(2, 50)]);
    expect(totals.update([usage(1, 6)]).cpuSeconds).toBe(56);
    expect(totals.update([usage(1, 6), usage(2, 3, null, 99)]).cpuSeconds).toBe(59);
  });

  it('has no bytes as long as the kernel does not let us look, and begins when it does', () => {
    const totals = new ProcessTotals();
    totals.update([usage(1, 0)]);
    expect(totals.update([usage(1, 0)]).readBytes).toBeNull();
    expect(totals.update([usage(1, 0, 1000)]).readBytes).toBe(0);
    expect(totals.update([usage(1, 0, 1001)]).readBytes).toBe(1);
  });

  it('never falls, whichever processes come and go', () => {
    const process = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat(100), fc.option(fc.nat(100)), fc.nat(2));
    fc.assert(
      fc.property(fc.array(fc.array(process, { maxLength: 5 })), (beats) => {
        const totals = new ProcessTotals();
        let last = { cpu: 0, bytes: 0 };
        for (const beat of beats) {
          const now = totals.update(beat.map(([pid, cpu, bytes, start]) => usage(pid, cpu, bytes, start)));
          expect(now.cpuSeconds).toBeGreaterThanOrEqual(last.cpu);
          expect(now.readBytes ?? last.bytes).toBeGreaterThanOrEqual(last.bytes);
          last = { cpu: now.cpuSeconds, bytes: now.readBytes ?? last.bytes };
        }
      }),
    );
  });
});
