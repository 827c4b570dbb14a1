import { statSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeMachine, fakeMachine } from '../../test/support/fake-machine.ts';
import { filesystem, FilesystemCollector } from './filesystem.ts';
import { parseMountinfo } from './mountinfo.ts';
import { type AskUsage, deviceId, type Usage } from './usage.ts';

const mounts = [
  '22 27 0:20 / /proc rw,nosuid shared:5 - proc proc rw',
  '27 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw,errors=remount-ro',
  '28 27 0:24 / /dev/shm rw,nosuid - tmpfs tmpfs rw',
  '29 27 0:25 / /dev/hugepages rw - hugetlbfs hugetlbfs rw',
  '30 27 259:2 /var/lib /srv/again rw - ext4 /dev/nvme0n1p2 rw',
  '31 27 0:50 / /data/my\\040sets ro,relatime shared:9 master:3 - nfs4 server:/export\\011x rw,vers=4.2',
  '32 27 0:51 / /var/lib/kubelet/pods/1/volumes/t rw - tmpfs tmpfs rw',
  '33 27 0:52 / /run/containerd/io/rootfs rw - overlay overlay rw',
  'nonsense',
].join('\n');

describe('parseMountinfo', () => {
  it('tells each file system once, and neither those of the kernel nor those of pods', () => {
    expect(parseMountinfo(mounts)).toEqual([
      { id: '259:2', device: '/dev/nvme0n1p2', mountpoint: '/', type: 'ext4', readOnly: false, server: null },
      { id: '0:24', device: 'tmpfs', mountpoint: '/dev/shm', type: 'tmpfs', readOnly: false, server: null },
      {
        id: '0:50',
        device: 'server:/export\tx',
        mountpoint: '/data/my sets',
        type: 'nfs4',
        readOnly: true,
        server: 'server',
      },
    ]);
  });

  it('tells of a place what was mounted there last', () => {
    const lines = ['40 27 8:1 / /data rw - ext4 /dev/sda1 rw', '41 40 8:17 / /data rw - xfs /dev/sdb1 rw'];
    expect(parseMountinfo(lines.join('\n')).map(({ device }) => device)).toEqual(['/dev/sdb1']);
    const hidden = [lines[0], '42 40 0:60 / /data rw - autofs systemd-1 rw'];
    expect(parseMountinfo(hidden.join('\n'))).toEqual([]);
  });

  it.each([
    ['nfs', '10.0.0.7:/export', '10.0.0.7'],
    ['nfs4', '[fe80::1]:/export', '[fe80::1]'],
    ['lustre', '10.0.0.1@o2ib:10.0.0.2@o2ib:/scratch', '10.0.0.1@o2ib:10.0.0.2@o2ib'],
    ['cifs', '//nas/share', 'nas'],
    ['fuse.sshfs', 'user@host:data', 'user@host:data'],
    ['xfs', '/dev/sda1', null],
  ])('knows who answers for a file system of %s from %s', (type, device, server) => {
    expect(parseMountinfo(`40 27 0:50 / /data rw - ${type} ${device} rw`)[0]?.server).toBe(server);
  });

  it('gives each file system and each place once for any text', () => {
    const word = fc.oneof(fc.constantFrom(' - ', ' ', '\n', '/', '1:2', 'ext4', '\\777'), fc.string());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 80 }), (words) => {
        const found = parseMountinfo(words.join(' '));
        expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
        expect(new Set(found.map(({ mountpoint }) => mountpoint)).size).toBe(found.length);
      }),
    );
  });
});

describe.runIf(process.platform === 'linux')('filesystem', () => {
  let machine: FakeMachine;
  const { signal } = new AbortController();
  const usage = { size: 1000, free: 500, available: 400, files: 0, filesFree: 0 };
  const ids: readonly (readonly [end: string, id: string])[] = [
    ['shm', '0:24'],
    ['sets', '0:50'],
    ['more', '0:51'],
    ['other', '0:52'],
    ['third', '0:53'],
  ];
  const usageOf = (path: string): Usage => ({ ...usage, id: ids.find(([end]) => path.endsWith(end))?.[1] ?? '259:2' });

  beforeEach(() => {
    machine = fakeMachine();
    machine.put('proc/self/mountinfo', mounts);
    machine.put('proc/1/mountinfo', mounts);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    machine.remove();
  });

  const create = (ask: AskUsage) => new FilesystemCollector(machine.context, 60, ask);
  const answers = () =>
    machine
      .series()
      .filter((text) => text.startsWith('gradwatch_node_filesystem_answers'))
      .map((text) => text.at(-1));

  it('shows sizes, without files where the file system has no limit of them', async () => {
    const asked: string[] = [];
    const collector = create((path) => {
      asked.push(path.slice(machine.context.hostRoot.length));
      return Promise.resolve(path.endsWith('shm') ? { ...usageOf(path), files: 7, filesFree: 5 } : usageOf(path));
    });
    await collector.collect(signal);
    expect(asked).toEqual(['/', '/dev/shm', '/data/my sets']);
    const shm = 'device="tmpfs",mountpoint="/dev/shm",fstype="tmpfs"';
    const series = machine.series();
    expect(series).toContain(`gradwatch_node_filesystem_available_bytes{${shm}} 400`);
    expect(series.filter((text) => text.startsWith('gradwatch_node_filesystem_files'))).toEqual([
      `gradwatch_node_filesystem_files{${shm}} 7`,
      `gradwatch_node_filesystem_files_free{${shm}} 5`,
    ]);
    expect(series.filter((text) => text.startsWith('gradwatch_node_filesystem_readonly')).at(-1)).toMatch(/nfs4"} 1$/);
    collector.expire();
    expect(machine.series()).toEqual([]);
  });

  it('is held up by no file system that does not answer, and does not ask it again', async () => {
    vi.useFakeTimers();
    let asks = 0;
    let answer: () => void = () => undefined;
    const collector = create((path) => {
      if (!path.endsWith('sets')) return Promise.resolve(usageOf(path));
      asks += 1;
      return new Promise(
        (resolve) =>
          (answer = () => {
            resolve(usageOf(path));
          }),
      );
    });
    const first = collector.collect(signal);
    await vi.advanceTimersByTimeAsync(2_000);
    await first;
    expect(answers()).toEqual(['1', '1', '0']);
    await collector.collect(signal);
    expect(asks).toBe(1);
    expect(machine.series()).toContain('gradwatch_node_filesystem_failures_total{reason="no_answer"} 2');
    answer();
    await vi.advanceTimersByTimeAsync(0);
    const third = collector.collect(signal);
    await vi.advanceTimersByTimeAsync(0);
    answer();
    await third;
    expect(answers()).toEqual(['1', '1', '1']);
  });

  it('asks a server that does not answer for none of its mounts, and always asks local file systems', async () => {
    vi.useFakeTimers();
    const nfs = (id: number, server: string, path: string) => `4${id} 27 0:5${id} / ${path} rw - nfs4 ${server}:/x rw`;
    const remote = [nfs(0, 'a', '/sets'), nfs(1, 'a', '/more'), nfs(2, 'b', '/other'), nfs(3, 'c', '/third')];
    machine.put('proc/1/mountinfo', [...remote, ...mounts.split('\n').slice(0, 3)].join('\n'));
    const asked: string[] = [];
    const collector = create((path) => {
      asked.push(path.slice(machine.context.hostRoot.length));
      return ['/sets', '/other'].some((end) => path.endsWith(end))
        ? new Promise(() => undefined)
        : Promise.resolve(usageOf(path));
    });
    const first = collector.collect(signal);
    await vi.advanceTimersByTimeAsync(4_000);
    await first;
    expect(asked).toEqual(['/', '/dev/shm', '/sets', '/other']);
    asked.length = 0;
    await collector.collect(signal);
    expect(asked).toEqual(['/', '/dev/shm']);
    expect(answers()).toEqual(['1', '1', '0', '0', '0', '0']);
    const failures = (reason: string) => `gradwatch_node_filesystem_failures_total{reason="${reason}"}`;
    expect(machine.series()).toContain(`${failures('no_answer')} 6`);
    expect(machine.series()).toContain(`${failures('not_asked')} 2`);
  });

  it('gives no file system the size of another that is at its place', async () => {
    await create(() => Promise.resolve({ ...usage, id: '259:2' })).collect(signal);
    expect(answers()).toEqual(['1', '0', '0']);
    expect(machine.series()).toContain('gradwatch_node_filesystem_failures_total{reason="other_mount"} 2');
  });

  it('counts one that it may not ask', async () => {
    const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
    await create(() => Promise.reject(denied)).collect(signal);
    expect(machine.series()).toContain('gradwatch_node_filesystem_failures_total{reason="not_permitted"} 3');
  });

  it('says what it takes to see the node from a container', async () => {
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.0.0.1');
    const inside = filesystem.create({ ...machine.context, hostRoot: '/' }, { enabled: true, interval: 60 });
    await expect(inside.collect(signal)).rejects.toEqual(expect.objectContaining({ reason: 'container' }));
    expect(machine.series()).toEqual([]);
  });

  it('reads the file systems of this machine', async () => {
    machine.put('root/file', '');
    const id = deviceId(statSync(machine.context.hostRoot).dev);
    machine.put('proc/1/mountinfo', `27 1 ${id} / / rw - ext4 /dev/x rw`);
    await filesystem.create(machine.context, { enabled: true, interval: 60 }).collect(signal);
    const size = machine.series().find((text) => text.startsWith('gradwatch_node_filesystem_size_bytes'));
    expect(Number(size?.split(' ').at(-1))).toBeGreaterThan(0);
  });
});

describe('deviceId', () => {
  it('takes twelve bits of major and twenty of minor number', () => {
    expect(deviceId(66306)).toBe('259:2');
    expect(deviceId(0x10000001)).toBe('0:65537');
  });
});
