import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeMachine, fakeMachine } from '../../test/support/fake-machine.ts';
import { type AskUsage, filesystem, FilesystemCollector } from './filesystem.ts';
import { parseMountinfo } from './mountinfo.ts';

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
      { id: '259:2', device: '/dev/nvme0n1p2', mountpoint: '/', type: 'ext4', readOnly: false },
      { id: '0:24', device: 'tmpfs', mountpoint: '/dev/shm', type: 'tmpfs', readOnly: false },
      { id: '0:50', device: 'server:/export\tx', mountpoint: '/data/my sets', type: 'nfs4', readOnly: true },
    ]);
  });

  it('takes any text', () => {
    const word = fc.oneof(fc.constantFrom(' - ', ' ', '\n', '/', '1:2', 'ext4', '\\777'), fc.string());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 80 }), (words) => {
        for (const { mountpoint, type } of parseMountinfo(words.join(' ')))
          expect(mountpoint + type).toBeTypeOf('string');
      }),
    );
  });
});

describe.runIf(process.platform === 'linux')('filesystem', () => {
  let machine: FakeMachine;
  const { signal } = new AbortController();
  const usage = { size: 1000, free: 500, available: 400, files: 0, filesFree: 0 };

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
      return Promise.resolve(path.endsWith('shm') ? { ...usage, files: 7, filesFree: 5 } : usage);
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
      if (!path.endsWith('sets')) return Promise.resolve(usage);
      asks += 1;
      return new Promise(
        (resolve) =>
          (answer = () => {
            resolve(usage);
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

  it('asks none when two do not answer, so that files can still be read', async () => {
    vi.useFakeTimers();
    const collector = create(() => new Promise(() => undefined));
    const reading = collector.collect(signal).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await reading).toMatchObject({ reason: 'stuck' });
    expect(answers()).toEqual(['0', '0', '0']);
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
    machine.put('proc/self/mountinfo', '27 1 259:2 / / rw - ext4 /dev/x rw');
    machine.put('proc/1/mountinfo', '27 1 259:2 / / rw - ext4 /dev/x rw');
    machine.put('root/file', '');
    await filesystem.create(machine.context, { enabled: true, interval: 60 }).collect(signal);
    const size = machine.series().find((text) => text.startsWith('gradwatch_node_filesystem_size_bytes'));
    expect(Number(size?.split(' ').at(-1))).toBeGreaterThan(0);
  });
});
