import type { CpuInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { insideContainer } from './container.ts';
import { cpuTimesOf } from './cpu.ts';
import { parseInventory } from './inventory-facts.ts';
import { boardLabels, diskLabels, infoLabels, interfaceLabels, moduleLabels } from './inventory-labels.ts';
import { parseLoadavg } from './load.ts';
import { parseMeminfo } from './meminfo.ts';
import { memoryReadings } from './memory.ts';

describe('cpuTimesOf', () => {
  it('adds up all CPUs in seconds', () => {
    const one = {
      model: 'x',
      speed: 1,
      times: { user: 1000, nice: 500, sys: 250, idle: 9000, irq: 0 },
    } satisfies CpuInfo;
    const { seconds, cpus } = cpuTimesOf([one, one]);
    expect([...seconds]).toEqual([
      ['user', 2],
      ['nice', 1],
      ['system', 0.5],
      ['idle', 18],
      ['irq', 0],
    ]);
    expect(cpus).toBe(2);
  });
});

describe('parseLoadavg', () => {
  it.each(['', '0.1 0.2', 'a b c 1/2 3', '0.1 0.2 nan 1/2 3'])('gives null for %j', (text) => {
    expect(parseLoadavg(text)).toBeNull();
  });
});

describe('memoryReadings', () => {
  const mem = { total: 100, available: 70, free: 20, buffers: 0, cached: 0, swaptotal: 0, swapused: 0 };
  const read = (changed: Partial<typeof mem>, platform: NodeJS.Platform) =>
    memoryReadings({ ...mem, ...changed }, platform);

  it('has no buffers and no cache where the library does not read them', () => {
    expect([...read({}, 'darwin')!.keys()]).toEqual(['total', 'available', 'used', 'free', 'swapTotal', 'swapUsed']);
    expect(read({}, 'linux')!.get('cached')).toBe(0);
    expect(read({}, 'linux')!.get('used')).toBe(30);
  });

  it('leaves out what is no number, and takes nothing without a total', () => {
    expect(read({ available: NaN }, 'linux')!.has('used')).toBe(false);
    expect(read({ total: NaN }, 'linux')).toBeNull();
    expect(read({ total: 0 }, 'linux')).toBeNull();
  });
});

describe('parseMeminfo', () => {
  it('reads bytes, and tells nothing of a line that is not there', () => {
    const text = [
      'MemTotal:       1000 kB',
      'MemFree:    20 kB',
      'SwapTotal: 8 kB',
      'SwapFree: 6 kB',
      'HugePages: 3',
    ].join('\n');
    expect(parseMeminfo(text)).toEqual({
      ...{ total: 1_024_000, free: 20_480, available: NaN, buffers: NaN, cached: NaN },
      ...{ swaptotal: 8_192, swapused: 2_048 },
    });
    expect([...memoryReadings(parseMeminfo(text), 'linux')!.keys()]).toEqual([
      'total',
      'free',
      'swapTotal',
      'swapUsed',
    ]);
    expect(memoryReadings(parseMeminfo('\0'), 'linux')).toBeNull();
  });
});

describe('parseInventory', () => {
  const os = { distro: 'Debian GNU/Linux', release: '12', kernel: '6.1.0', arch: 'x64', hostname: 'gpu-07', fqdn: 'x' };
  const text = JSON.stringify({ os, cpu: { manufacturer: 'Intel', brand: 'Xeon® Platinum 8480C', cores: 224 } });

  it('takes the facts that become labels', () => {
    expect(infoLabels(parseInventory(text)!, false)).toEqual({
      hostname: 'gpu-07',
      os: 'Debian GNU/Linux 12',
      kernel: '6.1.0',
      architecture: 'x64',
      cpu_model: 'Intel Xeon® Platinum 8480C',
    });
  });

  it('does not pass off the distribution of an image as that of the node', () => {
    expect(infoLabels(parseInventory(text)!, true).os).toBe('');
  });

  it('leaves unknown facts empty and cuts long ones', () => {
    const taken = parseInventory(
      JSON.stringify({ os: { distro: 'unknown', hostname: 'h'.repeat(300) }, cpu: { brand: 7 } }),
    );
    expect(taken).toMatchObject({
      os: { distro: '', kernel: '', hostname: 'h'.repeat(128) },
      cpu: { brand: '' },
      memory: [],
    });
  });

  it('takes the parts of the machine, and leaves out what is none', () => {
    const taken = parseInventory(
      JSON.stringify({
        os,
        cpu: {},
        system: { manufacturer: 'NVIDIA', model: 'DGX H100', serial: '1' },
        baseboard: null,
        memory: [
          { bank: 'BANK 0', type: 'DDR5', manufacturer: 'Samsung', partNum: 'M321R8', size: 68_719_476_736 },
          { bank: '', type: '', size: 1_000_000_000 },
          'nonsense',
        ],
        disks: [
          { device: '/dev/nvme0n1', vendor: 'Samsung', name: 'PM9A3', type: 'NVMe', interfaceType: 'PCIe' },
          { device: '', name: 'x' },
        ],
        interfaces: [
          { iface: 'lo', internal: true, mac: '00:00:00:00:00:00' },
          { iface: 'ib0', mac: '00:11', type: 'wired', internal: false, virtual: false },
          { iface: 'docker0', internal: false, virtual: true },
        ],
      }),
    )!;
    expect(boardLabels(taken, false)).toEqual([
      { manufacturer: 'NVIDIA', model: 'DGX H100', board_manufacturer: '', board_model: '' },
    ]);
    expect(moduleLabels(taken)).toEqual([
      { slot: '0', bank: 'BANK 0', type: 'DDR5', manufacturer: 'Samsung', part: 'M321R8', size_bytes: '68719476736' },
    ]);
    expect(diskLabels(taken)).toEqual([
      { device: 'nvme0n1', vendor: 'Samsung', model: 'PM9A3', type: 'NVMe', bus: 'PCIe' },
    ]);
    expect(interfaceLabels(taken, false)).toEqual([{ device: 'ib0', mac: '00:11', type: 'wired' }]);
    expect(interfaceLabels(taken, true)).toEqual([]);
  });

  it('knows no board where the library tells of a container', () => {
    const taken = parseInventory(JSON.stringify({ os, cpu: {}, system: { model: 'Docker Container' } }))!;
    expect(boardLabels(taken, true)).toEqual([]);
  });

  it('takes a bounded number of parts', () => {
    const disks = Array.from({ length: 1000 }, (_, index) => ({ device: `sd${index}` }));
    expect(diskLabels(parseInventory(JSON.stringify({ os, cpu: {}, disks }))!)).toHaveLength(256);
  });

  it.each(['', '[]', 'null', '{"os":{}}', '{"os":null,"cpu":null'])('gives null for %j', (broken) => {
    expect(parseInventory(broken)).toBeNull();
  });
});

describe('insideContainer', () => {
  it('knows a pod by its environment, other containers by a file, and those without either by their root', () => {
    expect(
      insideContainer(
        {},
        () => false,
        () => '',
      ),
    ).toBe(false);
    expect(
      insideContainer(
        { KUBERNETES_SERVICE_HOST: '10.0.0.1' },
        () => false,
        () => '',
      ),
    ).toBe(true);
    expect(
      insideContainer(
        {},
        (path) => path === '/run/.containerenv',
        () => '',
      ),
    ).toBe(true);
    const root = (type: string) => () => `22 1 0:21 / /proc rw - proc proc rw\n21 1 0:20 / / rw - ${type} none rw\n`;
    expect(insideContainer({}, () => false, root('ext4'))).toBe(false);
    expect(insideContainer({}, () => false, root('overlay'))).toBe(true);
  });
});
