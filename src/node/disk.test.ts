import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeMachine, fakeMachine } from '../../test/support/fake-machine.ts';
import { disk } from './disk.ts';
import { parseDiskstats } from './diskstats.ts';

const line = (name: string, reads = 10) =>
  ` 259 0 ${name} ${reads} 2 800 4500 20 3 1600 7500 4 6000 12000 1 0 8 0 5 30\n`;

describe('parseDiskstats', () => {
  it('reads in bytes and seconds', () => {
    expect(parseDiskstats(line('nvme0n1')).get('nvme0n1')).toEqual({
      reads: 10,
      readBytes: 800 * 512,
      readSeconds: 4.5,
      writes: 20,
      writtenBytes: 1600 * 512,
      writeSeconds: 7.5,
      inFlight: 4,
      busySeconds: 6,
      weightedSeconds: 12,
    });
  });

  it('leaves lines of another form out', () => {
    expect(parseDiskstats(`8 0 sda 1 2 3\n${line('sdb')}8 0 sdc a b c d e f g h i j k\n\n`).size).toBe(1);
  });

  it('gives numbers that are not below 0 for any text', () => {
    const word = fc.oneof(fc.constantFrom(' ', '\n', '8', 'sda', '-1', '1e999'), fc.string());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        for (const stats of parseDiskstats(words.join(' ')).values())
          for (const value of Object.values(stats)) expect(value).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe.runIf(process.platform === 'linux')('disk', () => {
  let machine: FakeMachine;
  const { signal } = new AbortController();
  const devices = () =>
    machine
      .series()
      .filter((series) => series.startsWith('gradwatch_node_disk_reads_total'))
      .map((series) => /"(.*)"/.exec(series)?.[1]);

  beforeEach(() => {
    machine = fakeMachine();
  });
  afterEach(() => {
    machine.remove();
  });

  it('shows whole disks, and forgets one that was taken out', async () => {
    for (const name of ['nvme0n1', 'dm-0', 'sda', 'loop0']) machine.put(`sys/block/${name}/size`, '1\n');
    const collector = disk.create(machine.context, { enabled: true, interval: 15 });
    const all = ['nvme0n1', 'nvme0n1p1', 'dm-0', 'sda', 'sda1', 'loop0', 'ram0'];
    machine.put('proc/diskstats', all.map((name) => line(name)).join(''));
    await collector.collect(signal);
    expect(devices()).toEqual(['nvme0n1', 'dm-0', 'sda']);
    expect(machine.series()).toContain('gradwatch_node_disk_written_bytes_total{device="sda"} 819200');
    machine.put('proc/diskstats', line('sda', 11));
    await collector.collect(signal);
    expect(devices()).toEqual(['sda']);
    expect(machine.series()).toContain('gradwatch_node_disk_reads_total{device="sda"} 11');
    collector.expire();
    expect(machine.series()).toEqual([]);
  });

  it('takes a machine without disks for no failure', () => {
    machine.put('proc/diskstats', line('loop0'));
    const collector = disk.create(machine.context, { enabled: true, interval: 15 });
    expect(() => collector.collect(signal)).toThrow(expect.objectContaining({ reason: 'not_on_this_machine' }));
  });

  it('shows so many disks, and says how many it left out', async () => {
    machine.put('proc/diskstats', Array.from({ length: 515 }, (_, index) => line(`dm-${index}`)).join(''));
    const collector = disk.create(machine.context, { enabled: true, interval: 15 });
    await collector.collect(signal);
    expect(machine.series()).toContain('gradwatch_node_disks_left_out 3');
    expect(devices()).toHaveLength(512);
  });
});
