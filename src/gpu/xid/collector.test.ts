import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SourceAbsent } from '../../collect/index.ts';
import { expose, SeriesTable } from '../../series/index.ts';
import type { Section } from '../../snapshot/index.ts';
import type { GpuAddresses } from '../addresses.ts';
import { adviceFor, operatorCodes } from './catalogue.ts';
import { readsPerBeat, XidCollector } from './collector.ts';
import { KernelLog } from './kernel-log.ts';
import { switchAdvice } from './switch-catalogue.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-kmsg-'));
const kmsg = join(folder, 'kmsg');
const bootTime = 1_700_000_000;
let now: number;
let addresses: GpuAddresses;

beforeEach(() => {
  now = bootTime + 5000;
  addresses = new Map([['0000:3b:00.0', { uuid: 'GPU-a', gpu: '0' }]]);
  mkdirSync(join(folder, 'sys/kernel/random'), { recursive: true });
  writeFileSync(join(folder, 'sys/kernel/random/boot_id'), 'boot-1\n');
  writeFileSync(join(folder, 'stat'), `cpu 1 2 3\nbtime ${bootTime}\n`);
  writeFileSync(kmsg, '');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A record, 100 s after the boot and a second more with each number. */
const line = (sequence: number, text: string) => `4,${sequence},${(100 + sequence) * 1_000_000},-;${text}\n`;
const xid = (code: number, bus = '0000:3b:00') => `NVRM: Xid (PCI:${bus}): ${code}, pid=7, name=python3`;

function start(path = kmsg) {
  const table = new SeriesTable();
  const sections: Section[] = [];
  const quietly = () => undefined;
  const logger = { debug: quietly, info: quietly, warn: quietly, error: quietly };
  const collector = new XidCollector(
    {
      ...{ table, logger, procRoot: folder, sysRoot: folder, hostRoot: folder },
      now: () => now,
      keep: (section) => sections.push(section),
    },
    { enabled: true, interval: 1, kmsg: path },
    addresses,
  );
  const [section] = sections as [Section];
  return {
    section,
    beat: () => collector.collect(new AbortController().signal),
    stop: () => collector.stop(),
    /** The series of a family without those that are 0. */
    series: (family: string) =>
      expose('text', table.snapshot())
        .split('\n')
        .filter((text) => text.startsWith(family) && !text.endsWith(' 0')),
    all: () => expose('text', table.snapshot()),
  };
}

const errors = 'gradwatch_gpu_xid_errors_total';
const last = 'gradwatch_gpu_xid_last_timestamp_seconds';
const labels = (code: number) => `{uuid="GPU-a",gpu="0",xid="${code}"}`;

describe('the collector xid', () => {
  it('counts what was there before it came at the time when it happened, and the rest now', async () => {
    writeFileSync(kmsg, line(1, xid(31)) + line(2, 'usb 1-1: new device') + line(3, xid(31)));
    const { beat, series } = start();
    await beat();
    expect(series(errors)).toEqual([`${errors}${labels(31)} 2`]);
    expect(series(last)).toEqual([`${last}${labels(31)} ${bootTime + 103}`]);
    appendFileSync(kmsg, line(4, xid(79)));
    await beat();
    expect(series(last)).toContain(`${last}${labels(79)} ${now}`);
    expect(series('gradwatch_exporter_kmsg_records_total')).toEqual(['gradwatch_exporter_kmsg_records_total 4']);
  });

  it('comes back with the same values after a restart', async () => {
    writeFileSync(kmsg, line(1, xid(31)) + line(2, xid(95)) + line(3, xid(31)));
    const [before, after] = [start(), start()];
    await before.beat();
    await before.stop();
    await after.beat();
    expect(after.all()).toBe(before.all());
    expect(after.series(errors)).toHaveLength(2);
  });

  describe('with what outlived the exporter', () => {
    /** Another exporter with the state of this one. */
    const restarted = (before: ReturnType<typeof start>) => {
      const after = start();
      for (const part of before.section.save()) expect(after.section.restore(part)).toBeNull();
      return after;
    };

    it('goes on with its counts and counts no record twice, whatever the kernel has overwritten', async () => {
      writeFileSync(kmsg, line(1, xid(31)) + line(2, xid(95)) + line(3, xid(31)));
      const before = start();
      await before.beat();
      writeFileSync(kmsg, line(3, xid(31)) + line(4, xid(31)));
      const after = restarted(before);
      await after.beat();
      expect(after.series(errors)).toEqual([`${errors}${labels(95)} 1`, `${errors}${labels(31)} 3`]);
      expect(after.series(last)).toContain(`${last}${labels(31)} ${bootTime + 104}`);
      expect(after.series('gradwatch_exporter_kmsg_dropped_total')).toEqual([]);
      writeFileSync(kmsg, line(9, xid(31)));
      const third = restarted(after);
      await third.beat();
      expect(third.series(errors)).toContain(`${errors}${labels(31)} 4`);
      expect(third.series('gradwatch_exporter_kmsg_dropped_total')).toEqual([
        'gradwatch_exporter_kmsg_dropped_total{reason="overwritten"} 4',
      ]);
    });

    it('counts the errors of another boot on top of those of before', async () => {
      writeFileSync(
        kmsg,
        line(1, xid(31)) + line(2, 'nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 20034, Fatal, Link 3'),
      );
      const before = start();
      await before.beat();
      writeFileSync(join(folder, 'sys/kernel/random/boot_id'), 'boot-2\n');
      const after = restarted(before);
      await after.beat();
      expect(after.series(errors)).toEqual([`${errors}${labels(31)} 2`]);
      expect(after.series('gradwatch_gpu_sxid_errors_total')).toEqual([
        'gradwatch_gpu_sxid_errors_total{pci_bus="0000:c1:00.0",sxid="20034",severity="fatal"} 2',
      ]);
    });

    it('goes on with the counts, times and advice of switches', async () => {
      const fatal = 'nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 23005, Fatal, Link 3';
      writeFileSync(kmsg, line(1, fatal) + line(2, fatal));
      const before = start();
      await before.beat();
      writeFileSync(kmsg, line(2, fatal) + line(3, 'nothing'));
      const after = restarted(before);
      await after.beat();
      const labels = '{pci_bus="0000:c1:00.0",sxid="23005",severity="fatal"}';
      expect(after.series('gradwatch_gpu_sxid')).toEqual([
        `gradwatch_gpu_sxid_errors_total${labels} 2`,
        `gradwatch_gpu_sxid_last_timestamp_seconds${labels} ${bootTime + 102}`,
        'gradwatch_gpu_sxid_info{sxid="23005",severity="fatal",class="critical",action="restart_node"} 1',
      ]);
    });

    it('takes switches from a state directory that knew no times', () => {
      const after = start();
      const known = { bus: '0000:c1:00.0', code: 20034, severity: 'fatal', errors: 3 };
      const part = {
        ...{ boot: 'boot-1', sequence: 3, events: { about: null, falls: [] } },
        tallies: { gpus: [], switches: [known] },
      };
      expect(after.section.restore(part)).toBeNull();
      expect(after.series('gradwatch_gpu_sxid_errors_total')).toHaveLength(1);
      expect(after.series('gradwatch_gpu_sxid_last')).toEqual([]);
    });

    it('knows the two ways of one fall apart from two falls, and a card that was replaced from the new one', async () => {
      writeFileSync(kmsg, line(1, xid(62)) + line(2, xid(79)));
      const before = start();
      await before.beat();
      addresses.set('0000:3b:00.0', { uuid: 'GPU-b', gpu: '0' });
      appendFileSync(kmsg, line(3, 'NVRM: GPU 0000:3b:00.0: GPU has fallen off the bus.') + line(4, xid(62)));
      const after = restarted(before);
      await after.beat();
      const counted = [
        `${errors}${labels(62)} 1`,
        `${errors}${labels(79)} 1`,
        `${errors}{uuid="GPU-b",gpu="0",xid="62"} 1`,
      ];
      expect(after.series(errors)).toEqual(counted);
      expect(restarted(after).series(errors)).toEqual(counted);
    });

    it('has one count of a card and code, at whatever address the card sits and whatever its number is', async () => {
      addresses.set('0000:5e:00.0', { uuid: 'GPU-b', gpu: '1' });
      writeFileSync(kmsg, line(1, xid(95)) + line(2, xid(95, '0000:5e:00')) + line(3, xid(31)));
      let exporter = start();
      await exporter.beat();
      const exchanged: GpuAddresses = new Map([
        ['0000:3b:00.0', { uuid: 'GPU-b', gpu: '0' }],
        ['0000:5e:00.0', { uuid: 'GPU-a', gpu: '1' }],
      ]);
      const moved: GpuAddresses = new Map([['0000:9a:00.0', { uuid: 'GPU-a', gpu: '0' }]]);
      let sequence = 3;
      for (const seats of [exchanged, exchanged, moved, moved, exchanged]) {
        addresses = seats;
        const bus = [...seats.entries()].find(([, { uuid }]) => uuid === 'GPU-a')?.[0].slice(0, -2);
        appendFileSync(kmsg, line((sequence += 1), xid(95, bus)));
        exporter = restarted(exporter);
        await exporter.beat();
      }
      expect(exporter.series(errors).toSorted()).toEqual([
        `${errors}{uuid="GPU-a",gpu="1",xid="31"} 1`,
        `${errors}{uuid="GPU-a",gpu="1",xid="95"} 6`,
        `${errors}{uuid="GPU-b",gpu="0",xid="95"} 1`,
      ]);
      // Not even at zero under another number.
      const ofFirst = exporter
        .all()
        .split('\n')
        .filter((text) => text.startsWith(`${errors}{uuid="GPU-a"`));
      expect(ofFirst.every((text) => text.includes('gpu="1"'))).toBe(true);
    });

    describe('where nvidia-smi has not said yet who sits where,', () => {
      const [first, second] = ['0000:3b:00.0', '0000:5e:00.0'];
      const told = new Map([
        [first, { uuid: 'GPU-a', gpu: '0' }],
        [second, { uuid: 'GPU-b', gpu: '1' }],
      ]);
      /** An exporter that ran, and saw one error of each card. */
      const ran = async (seats: GpuAddresses) => {
        addresses = seats;
        writeFileSync(kmsg, line(1, xid(95)) + line(2, xid(95, '0000:5e:00')));
        const before = start();
        await before.beat();
        return before;
      };
      const of = (uuid: string, gpu: string, count: number, code = 95): string =>
        `${errors}{uuid="${uuid}",gpu="${gpu}",xid="${code}"} ${count}`;

      it('an error is of the address, through another restart too, and of the card that turns out to sit there', async () => {
        let exporter = await ran(new Map(told));
        // They were exchanged.
        addresses = new Map();
        for (const sequence of [3, 4]) {
          appendFileSync(kmsg, line(sequence, xid(95)));
          exporter = restarted(exporter);
          await exporter.beat();
        }
        expect(exporter.series(errors).toSorted()).toEqual([
          of('', first, 2),
          of('GPU-a', '0', 1),
          of('GPU-b', '1', 1),
        ]);
        addresses.set(first, { uuid: 'GPU-b', gpu: '0' }).set(second, { uuid: 'GPU-a', gpu: '1' });
        await exporter.beat();
        appendFileSync(kmsg, line(5, xid(95, '0000:5e:00')));
        await exporter.beat();
        expect(exporter.series(errors).toSorted()).toEqual([of('GPU-a', '1', 2), of('GPU-b', '0', 3)]);
        expect(restarted(exporter).series(errors).toSorted()).toEqual(exporter.series(errors).toSorted());
      });

      it('an error is of the card that sat there when nvidia-smi names the others and not it', async () => {
        const before = await ran(new Map(told));
        addresses = new Map();
        appendFileSync(kmsg, line(3, xid(79, '0000:5e:00')));
        const after = restarted(before);
        await after.beat();
        expect(after.series(errors)).toContain(of('', second, 1, 79));
        addresses.set(first, { uuid: 'GPU-a', gpu: '0' }).set(second, { uuid: '', gpu: '1' });
        await after.beat();
        expect(after.series(errors)).toContain(of('GPU-b', '1', 1, 79));
        expect(after.all()).not.toContain('uuid=""');
      });

      it('an error is not of the card that sat there when that one sits elsewhere', async () => {
        const before = await ran(new Map(told));
        addresses = new Map([[second, { uuid: 'GPU-a', gpu: '0' }]]);
        appendFileSync(kmsg, line(3, xid(79)));
        const after = restarted(before);
        await after.beat();
        await after.beat();
        expect(after.series(errors)).toContain(of('', first, 1, 79));
        addresses.set(first, { uuid: 'GPU-b', gpu: '1' });
        await after.beat();
        expect(after.series(errors)).toContain(of('GPU-b', '1', 1, 79));
      });

      it('an error of the only card is of it after a while, though nobody ever names it', async () => {
        const before = await ran(new Map([[first, { uuid: 'GPU-a', gpu: '0' }]]));
        addresses = new Map();
        appendFileSync(kmsg, line(3, xid(79)));
        const after = restarted(before);
        await after.beat();
        now += 59;
        await after.beat();
        expect(after.series(errors)).toContain(of('', first, 1, 79));
        now += 1;
        await after.beat();
        appendFileSync(kmsg, line(4, xid(79)));
        await after.beat();
        expect(after.series(errors)).toContain(of('GPU-a', '0', 2, 79));
        expect(after.series(errors)).not.toContain(of('', first, 1, 79));
      });
    });

    it('says that there is something to save when it becomes known who sits where', async () => {
      writeFileSync(kmsg, line(1, xid(31)));
      const { section, beat } = start();
      await beat();
      const before = section.revision();
      await beat();
      expect(section.revision()).toBe(before);
      addresses = new Map([['0000:af:00.0', { uuid: 'GPU-a', gpu: '0' }]]);
      const moved = start();
      for (const part of section.save()) moved.section.restore(part);
      const restored = moved.section.revision();
      writeFileSync(kmsg, '');
      await moved.beat();
      expect(moved.section.revision()).toBeGreaterThan(restored);
      expect(JSON.stringify(moved.section.save())).toContain('"bus":"0000:af:00.0"');
    });

    it('takes a card back from a state directory that had it at two addresses and under two numbers', async () => {
      const tally = { uuid: 'GPU-a', gpu: '0', code: 95, errors: 3, last: bootTime + 7 };
      const gpus = [
        { ...tally, bus: '0000:29:00.0' },
        { ...tally, bus: '0000:3b:00.0' },
        { ...tally, bus: '0000:3b:00.0', gpu: '1', errors: 2, last: bootTime + 9 },
      ];
      const after = start();
      const part = { boot: 'boot-1', sequence: 3, events: { about: null, falls: [] }, tallies: { gpus, switches: [] } };
      expect(after.section.restore(part)).toBeNull();
      await after.beat();
      expect(after.series(errors)).toEqual([`${errors}${labels(95)} 5`]);
      expect(after.series(last)).toEqual([`${last}${labels(95)} ${bootTime + 9}`]);
    });

    it('does not give what an address did to a card that no longer sits there', async () => {
      writeFileSync(kmsg, line(1, xid(95)));
      const before = start();
      await before.beat();
      addresses.set('0000:3b:00.0', { uuid: 'GPU-b', gpu: '0' });
      await before.beat();
      addresses.clear();
      appendFileSync(kmsg, line(2, xid(95)));
      const after = restarted(before);
      await after.beat();
      expect(after.series(errors)).toContain(`${errors}${labels(95)} 1`);
      expect(after.series(errors)).toContain(`${errors}{uuid="",gpu="0000:3b:00.0",xid="95"} 1`);
    });

    it('begins with nothing where it cannot know which records are counted', () => {
      const part = {
        boot: 'boot-1',
        sequence: 3,
        events: { about: null, falls: [] },
        tallies: { gpus: [], switches: [] },
      };
      expect(start().section.restore(part)).toBeNull();
      expect(start().section.restore({ ...part, sequence: 'three' })).toBe('it is not of the expected shape');
      writeFileSync(join(folder, 'sys/kernel/random/boot_id'), '');
      expect(start().section.restore(part)).toBe('the boot id cannot be read');
      expect([...start().section.save()]).toEqual([]);
    });
  });

  it('counts no record twice when the log is opened again, unless the machine was booted', async () => {
    writeFileSync(kmsg, line(1, xid(31)));
    const { beat, stop, series } = start();
    await beat();
    await stop();
    await beat();
    expect(series(errors)).toEqual([`${errors}${labels(31)} 1`]);
    await stop();
    writeFileSync(join(folder, 'sys/kernel/random/boot_id'), 'boot-2\n');
    await beat();
    expect(series(errors)).toEqual([`${errors}${labels(31)} 2`]);
  });

  it('follows a regular file that is cut or replaced, and says while it is gone', async () => {
    writeFileSync(kmsg, line(1, xid(31)) + line(2, xid(31)));
    const { beat, series } = start();
    await beat();
    writeFileSync(kmsg, line(3, xid(31)));
    await beat();
    await beat();
    expect(series(errors)).toEqual([`${errors}${labels(31)} 3`]);
    // What was written before is read first.
    appendFileSync(kmsg, line(4, xid(13)));
    renameSync(kmsg, `${kmsg}.1`);
    await beat();
    expect(series(errors)).toContain(`${errors}${labels(13)} 1`);
    await expect(beat()).rejects.toMatchObject({ name: 'SourceAbsent' });
    expect(series('gradwatch_exporter_kmsg_state')).toEqual(['gradwatch_exporter_kmsg_state{state="absent"} 1']);
    // Longer than what was read of the one before, so that its size tells nothing.
    writeFileSync(kmsg, line(4, xid(13)) + line(5, xid(31)) + line(6, 'usb 1-1: new device'));
    await beat();
    renameSync(kmsg, `${kmsg}.1`);
    writeFileSync(kmsg, line(5, xid(31)) + line(6, 'usb 1-1: new device') + line(7, xid(31)) + line(8, xid(31)));
    await beat();
    await beat();
    expect(series(errors)).toEqual([`${errors}${labels(31)} 6`, `${errors}${labels(13)} 1`]);
    expect(series('gradwatch_exporter_kmsg_state')).toEqual(['gradwatch_exporter_kmsg_state{state="readable"} 1']);
  });

  it('has the codes of the operator at zero before their first event, with what to do', async () => {
    const { beat, all } = start();
    await beat();
    for (const code of operatorCodes) expect(all()).toContain(`${errors}${labels(code)} 0`);
    expect(all()).not.toContain(last + '{');
    expect(all()).toContain('gradwatch_gpu_xid_info{xid="79",class="critical",action="restart_node"} 1');
    expect(all()).not.toContain('xid="31"');
  });

  it('keeps the address until the GPU is known, and then its count', async () => {
    addresses.clear();
    writeFileSync(kmsg, line(1, xid(62)) + line(2, xid(62)));
    const { beat, series } = start();
    await beat();
    expect(series(errors)).toEqual([`${errors}{uuid="",gpu="0000:3b:00.0",xid="62"} 2`]);
    addresses.set('0000:3b:00.0', { uuid: 'GPU-a', gpu: '0' });
    await beat();
    expect(series(errors)).toEqual([`${errors}${labels(62)} 2`]);
    expect(series(last)).toEqual([`${last}${labels(62)} ${bootTime + 102}`]);
  });

  it('leaves to a card that was replaced what it did', async () => {
    const { beat, series } = start();
    appendFileSync(kmsg, line(1, xid(62)));
    await beat();
    addresses.set('0000:3b:00.0', { uuid: 'GPU-b', gpu: '0' });
    appendFileSync(kmsg, line(2, xid(62)));
    await beat();
    expect(series(errors)).toEqual([`${errors}${labels(62)} 1`, `${errors}{uuid="GPU-b",gpu="0",xid="62"} 1`]);
  });

  it('counts errors of switches, gaps and what it cannot read; no process can invent an error', async () => {
    writeFileSync(
      kmsg,
      line(1, 'nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 20034, Fatal, Link 3') +
        ' SUBSYSTEM=pci\nnonsense\n' +
        line(9, 'x') +
        `12,10,200,-;${xid(79)}\n`,
    );
    const { beat, series } = start();
    await beat();
    expect(series('gradwatch_gpu_sxid_errors_total')).toEqual([
      'gradwatch_gpu_sxid_errors_total{pci_bus="0000:c1:00.0",sxid="20034",severity="fatal"} 1',
    ]);
    expect(series('gradwatch_exporter_kmsg_dropped_total')).toEqual([
      'gradwatch_exporter_kmsg_dropped_total{reason="malformed"} 1',
      'gradwatch_exporter_kmsg_dropped_total{reason="overwritten"} 7',
    ]);
    expect(series(errors)).toEqual([]);
  });

  it('is absent without a log, has no Xid series then, and takes it up when it comes', async () => {
    rmSync(kmsg);
    const { beat, series, all } = start();
    await expect(beat()).rejects.toThrow(new SourceAbsent('not_on_this_machine', `there is no kernel log ${kmsg}`));
    expect(series('gradwatch_exporter_kmsg_state')).toEqual(['gradwatch_exporter_kmsg_state{state="absent"} 1']);
    expect(all()).not.toContain(errors + '{');
    writeFileSync(kmsg, line(1, xid(79)));
    await beat();
    expect(series('gradwatch_exporter_kmsg_state')).toEqual(['gradwatch_exporter_kmsg_state{state="readable"} 1']);
    expect(series(errors)).toHaveLength(1);
  });

  it('is absent where the log may not be read', async () => {
    const open = vi.spyOn(KernelLog.prototype, 'open').mockReturnValue('not_permitted');
    const { beat, series } = start();
    await expect(beat()).rejects.toMatchObject({ name: 'SourceAbsent', reason: 'not_permitted' });
    open.mockRestore();
    expect(series('gradwatch_exporter_kmsg_state')).toEqual(['gradwatch_exporter_kmsg_state{state="not_permitted"} 1']);
  });

  it('is absent within Windows, whose errors this kernel never hears of', async () => {
    writeFileSync(join(folder, 'sys/kernel/osrelease'), '5.15.167.4-microsoft-standard-WSL2\n');
    const { beat, all } = start();
    await expect(beat()).rejects.toMatchObject({ name: 'SourceAbsent', reason: 'not_on_this_machine' });
    rmSync(join(folder, 'sys/kernel/osrelease'));
    expect(all()).toContain('gradwatch_exporter_kmsg_state{state="absent"} 1');
    expect(all()).not.toContain(`${errors}{`);
  });

  it('fails where the path is no log, and does not call it readable', async () => {
    const path = join(folder, 'log');
    writeFileSync(path, '');
    const { beat, series } = start(path);
    await beat();
    expect(series('gradwatch_exporter_kmsg_state')).toEqual(['gradwatch_exporter_kmsg_state{state="readable"} 1']);
    rmSync(path);
    mkdirSync(path);
    await beat();
    await expect(beat()).rejects.toThrow(`${path} is a folder and no kernel log`);
    expect(series('gradwatch_exporter_kmsg_state')).toEqual([]);
  });

  it('follows a regular file that is cut and filled again within a beat, as long as it was or longer', async () => {
    writeFileSync(kmsg, line(1, xid(31)) + line(2, xid(31)));
    const { beat, series } = start();
    await beat();
    writeFileSync(kmsg, line(3, xid(31)) + line(4, xid(31)));
    await beat();
    await beat();
    expect(series(errors)).toEqual([`${errors}${labels(31)} 4`]);
    writeFileSync(kmsg, [5, 6, 7, 8].map((sequence) => line(sequence, xid(31))).join(''));
    await beat();
    await beat();
    expect(series(errors)).toEqual([`${errors}${labels(31)} 8`]);
    expect(series('gradwatch_exporter_kmsg_dropped_total')).toEqual([]);
  });

  it('counts how often the kernel wrote faster than it read, from zero', async () => {
    writeFileSync(kmsg, line(1, xid(31)));
    const { beat, all } = start();
    await beat();
    expect(all()).toContain('gradwatch_exporter_kmsg_overruns_total 0');
    const read = vi.spyOn(KernelLog.prototype, 'read');
    read.mockReturnValueOnce({ kind: 'overwritten' });
    read.mockReturnValueOnce({ kind: 'lines', lines: [line(500, xid(31)).trimEnd()] });
    await beat();
    read.mockRestore();
    expect(all()).toContain('gradwatch_exporter_kmsg_overruns_total 1');
    expect(all()).toContain('gradwatch_exporter_kmsg_dropped_total{reason="overwritten"} 498');
    expect(all()).toContain(`${errors}${labels(31)} 2`);
  });

  it('loses nothing of a flood', async () => {
    const flood = Array.from({ length: 50_000 }, (_, index) => line(index, xid(95))).join('');
    writeFileSync(kmsg, flood);
    const { beat, series } = start();
    for (let beats = 0; beats <= flood.length / 16_384 / readsPerBeat + 1; beats += 1) await beat();
    expect(series(errors)).toEqual([`${errors}${labels(95)} 50000`]);
  });
});

it('the log in any pieces and any bytes is read without a throw and with bounded memory', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40_000 }), (bytes) => {
      writeFileSync(kmsg, bytes);
      const log = new KernelLog(kmsg);
      expect(log.open()).toBe('readable');
      let lines = 0;
      for (let chunk = log.read(); chunk.kind === 'lines'; chunk = log.read()) lines += chunk.lines.length;
      log.close();
      expect(lines).toBe(bytes.filter((byte) => byte === 10).length);
    }),
    { numRuns: 30 },
  );
});

it('the catalogue of switches has an action for a code, and a reset for a fatal error that it does not know', () => {
  expect(switchAdvice(12020, 'fatal')).toEqual({ action: 'restart_node', class: 'critical' });
  expect(switchAdvice(23017, 'fatal')).toEqual({ action: 'restart_node', class: 'critical' });
  expect(switchAdvice(20034, 'fatal')).toEqual({ action: 'reset_fabric', class: 'critical' });
  expect(switchAdvice(11012, 'non_fatal')).toEqual({ action: 'none', class: 'informational' });
  expect(switchAdvice(10004, 'non_fatal')).toEqual({ action: 'check_cooling', class: 'operator' });
  expect(switchAdvice(99_999, 'non_fatal')).toEqual({ action: 'unknown', class: 'unknown' });
  expect(switchAdvice(99_999, 'fatal').action).toBe('reset_fabric');
});

it('the catalogue has one action for a code, and none for a code that it does not know', () => {
  expect(adviceFor(79)).toEqual({ action: 'restart_node', class: 'critical' });
  expect(adviceFor(119)).toEqual({ action: 'reset_gpu', class: 'critical' });
  expect(adviceFor(31).class).toBe('application');
  expect(adviceFor(63)).toEqual({ action: 'none', class: 'informational' });
  expect(adviceFor(9999)).toEqual({ action: 'unknown', class: 'unknown' });
  expect(new Set(operatorCodes).size).toBe(operatorCodes.length);
});
