import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SourceAbsent } from '../collect/index.ts';
import { expose, SeriesTable } from '../series/index.ts';
import type { ReadAttribute } from './chip.ts';
import { temperature, TemperatureCollector } from './temperature.ts';

let root: string;
let table: SeriesTable;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gradwatch-hwmon-'));
  table = new SeriesTable();
});
afterEach(() => {
  rmSync(root, { recursive: true });
  vi.useRealTimers();
});

const context = () => ({ table, logger: console, now: () => 0, procRoot: root, sysRoot: root, hostRoot: root });
const { signal } = new AbortController();
const series = () => expose('text', table.snapshot()).match(/^gradwatch.*$/gm) ?? [];

function chip(folder: string, files: Readonly<Record<string, string>>, device?: string): void {
  const path = join(root, 'class', folder);
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), `${text}\n`);
  if (device !== undefined) symlinkSync(`../../../${device}`, join(path, 'device'));
}

/** Reads at once, except what `hang` names: those never answer until they are let go. */
function hanging(hang: ReadonlySet<string>): ReadAttribute {
  return async (path) => {
    if ([...hang].some((part) => path.includes(part))) await new Promise(() => undefined);
    return readFileSync(path, 'utf8');
  };
}

describe.runIf(process.platform === 'linux')('temperature', () => {
  it('shows the sensors of each chip with their limits, and counts what it drops', async () => {
    chip(
      'hwmon/hwmon0',
      { name: 'coretemp', temp1_input: '54000', temp1_label: 'Package id 0', temp1_max: '92000', temp1_crit: '100000' },
      'coretemp.0',
    );
    chip(
      'hwmon/hwmon1',
      { name: 'nvme', temp1_input: '41850', temp1_max: '65261850', temp2_input: '-273150', temp3_input: 'x' },
      'nvme0',
    );
    chip('hwmon/hwmon2', { name: 'board', temp1_input: '20000', temp1_fault: '1', fan1_input: '900' });
    chip('thermal/thermal_zone0', { type: 'x86_pkg_temp', temp: '54000' });
    const collector = temperature.create(context(), { enabled: true, interval: 15 });
    await collector.collect(signal);
    expect(series()).toEqual([
      'gradwatch_node_temperature_celsius{chip="coretemp",device="coretemp.0",sensor="Package id 0"} 54',
      'gradwatch_node_temperature_celsius{chip="nvme",device="nvme0",sensor="temp1"} 41.85',
      'gradwatch_node_temperature_max_celsius{chip="coretemp",device="coretemp.0",sensor="Package id 0"} 92',
      'gradwatch_node_temperature_critical_celsius{chip="coretemp",device="coretemp.0",sensor="Package id 0"} 100',
      'gradwatch_node_temperature_dropped_total{reason="implausible"} 1',
      'gradwatch_node_temperature_dropped_total{reason="malformed"} 1',
      'gradwatch_node_temperature_dropped_total{reason="fault"} 1',
    ]);
    collector.expire();
    expect(series()).toHaveLength(3);
  });

  it('takes thermal zones where there is no hwmon, and neither for no failure', async () => {
    const collector = temperature.create(context(), { enabled: true, interval: 15 });
    await expect(collector.collect(signal)).rejects.toThrow(SourceAbsent);
    const trips = { trip_point_0_type: 'passive', trip_point_0_temp: '80000', trip_point_1_type: 'critical' };
    chip('thermal/thermal_zone0', { type: 'acpitz', temp: '27800', ...trips, trip_point_1_temp: '110000' });
    await collector.collect(signal);
    expect(series()).toEqual([
      'gradwatch_node_temperature_celsius{chip="acpitz",device="thermal_zone0",sensor="temp"} 27.8',
      'gradwatch_node_temperature_critical_celsius{chip="acpitz",device="thermal_zone0",sensor="temp"} 110',
    ]);
  });

  it('drops the series of a chip that is gone, and sees one that comes', async () => {
    chip('hwmon/hwmon0', { name: 'a', temp1_input: '1000' });
    const collector = temperature.create(context(), { enabled: true, interval: 15 });
    await collector.collect(signal);
    rmSync(join(root, 'class/hwmon/hwmon0'), { recursive: true });
    chip('hwmon/hwmon1', { name: 'b', temp1_input: '2000' });
    await collector.collect(signal);
    expect(series()).toEqual(['gradwatch_node_temperature_celsius{chip="b",device="hwmon1",sensor="temp1"} 2']);
  });

  it('loses only the chip whose driver waits, does not ask it again, and asks none when two wait', async () => {
    vi.useFakeTimers();
    for (const at of [0, 1, 2]) chip(`hwmon/hwmon${at}`, { name: `c${at}`, temp1_input: '1000' });
    const hang = new Set<string>();
    const collector = new TemperatureCollector(context(), 15, hanging(hang));
    const shown = () => series().filter((line) => line.startsWith('gradwatch_node_temperature_celsius')).length;
    const collect = async () => {
      const done = collector.collect(signal).then(
        () => 'read',
        (error: unknown) => (error as { reason: string }).reason,
      );
      await vi.advanceTimersByTimeAsync(5000);
      return done;
    };
    expect([await collect(), shown()]).toEqual(['read', 3]);
    hang.add('hwmon0/temp1_input');
    expect([await collect(), shown()]).toEqual(['read', 2]);
    hang.clear();
    expect([await collect(), shown()]).toEqual(['read', 2]);
    hang.add('hwmon1/temp1_input');
    expect([await collect(), shown()]).toEqual(['stuck', 0]);
    expect(series()).toContain('gradwatch_node_temperature_dropped_total{reason="no_answer"} 5');
  });
});
