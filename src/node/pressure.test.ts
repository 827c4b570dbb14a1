import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SourceAbsent } from '../collect/index.ts';
import { expose, SeriesTable } from '../series/index.ts';
import { parsePressure } from './pressure-file.ts';
import { pressure } from './pressure.ts';

const text = (some: number, full: number) =>
  `some avg10=1.23 avg60=0.50 avg300=0.10 total=${some}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=${full}\n`;

describe('parsePressure', () => {
  it('reads seconds, also where only one of the lines is there', () => {
    expect(parsePressure(text(12_500_000, 3))).toEqual({ some: 12.5, full: 0.000003 });
    expect(parsePressure('some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n')).toEqual({ some: 0.000007, full: null });
    expect(parsePressure('full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n')).toEqual({ some: null, full: 0.000007 });
  });

  it.each(['', 'some', 'some avg10=0.00 total=', 'some total=-1', 'none avg10=0.00 total=5'])(
    'gives null for %j',
    (broken) => {
      expect(parsePressure(broken)).toBeNull();
    },
  );

  it('gives finite seconds or null for any text', () => {
    const part = fc.oneof(fc.constantFrom('some ', 'full ', 'total=', '\n', ' ', '99999999999999999999'), fc.string());
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const totals = parsePressure(parts.join(''));
        for (const seconds of [totals?.some, totals?.full])
          expect(seconds === undefined || seconds === null || Number.isFinite(seconds)).toBe(true);
      }),
    );
  });
});

describe.runIf(process.platform === 'linux')('pressure', () => {
  const table = new SeriesTable();
  const root = mkdtempSync(join(tmpdir(), 'gradwatch-pressure-'));
  const collector = pressure.create(
    { table, logger: console, now: () => 0, procRoot: root, sysRoot: root, hostRoot: root },
    { enabled: true, interval: 15 },
  );
  const { signal } = new AbortController();
  const series = () => expose('text', table.snapshot()).match(/^gradwatch.*$/gm) ?? [];

  beforeEach(() => {
    mkdirSync(join(root, 'pressure'), { recursive: true });
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
    collector.expire();
  });

  it('shows both totals of each resource that the kernel tells, and no stall of a whole machine for CPU', async () => {
    writeFileSync(join(root, 'pressure/cpu'), text(2_000_000, 0));
    writeFileSync(join(root, 'pressure/io'), text(3_000_000, 1_000_000));
    await collector.collect(signal);
    expect(series()).toEqual([
      'gradwatch_node_pressure_waiting_seconds_total{resource="cpu"} 2',
      'gradwatch_node_pressure_waiting_seconds_total{resource="io"} 3',
      'gradwatch_node_pressure_stalled_seconds_total{resource="io"} 1',
    ]);
    collector.expire();
    expect(series()).toEqual([]);
  });

  it('takes a kernel without for no failure, and an odd text for one', () => {
    rmSync(join(root, 'pressure'), { recursive: true });
    expect(() => collector.collect(signal)).toThrow(SourceAbsent);
    mkdirSync(join(root, 'pressure'));
    writeFileSync(join(root, 'pressure/memory'), 'nothing\n');
    expect(() => collector.collect(signal)).toThrow(expect.objectContaining({ reason: 'malformed' }));
  });

  it('takes a kernel that was booted with psi=0 for no failure', async () => {
    vi.resetModules();
    // libuv gives EOPNOTSUPP the name that it shares its number with.
    vi.doMock('./kernel-file.ts', () => ({ readKernelFile: () => ({ code: 'ENOTSUP' }) }));
    const { pressure: fresh } = await import('./pressure.ts');
    const other = fresh.create(
      { table: new SeriesTable(), logger: console, now: () => 0, procRoot: root, sysRoot: root, hostRoot: root },
      { enabled: true, interval: 15 },
    );
    expect(() => other.collect(signal)).toThrow(/booted without psi=0/);
    vi.doUnmock('./kernel-file.ts');
  });
});
