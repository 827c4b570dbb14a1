import { expect, it } from 'vitest';
import { cards, MachineFeed, type Readings } from '../../../test/support/machine.ts';
import { batchTooSmall } from './batch-too-small.ts';
import { cpuBottleneck } from './cpu-bottleneck.ts';
import { ioBottleneck } from './io-bottleneck.ts';
import { gpuLoadImbalance } from './gpu-load-imbalance.ts';
import { gpuUnderused } from './gpu-underused.ts';
import { gpuXid } from './gpu-xid.ts';
import { hostCpuPressure } from './host-cpu-pressure.ts';
import { hostMemoryPressure } from './host-memory-pressure.ts';
import { oomKill } from './oom-kill.ts';

const hour = 3600;
const used = (utilization: number, memory = 0.8): Readings => ({
  gradwatch_gpu_utilization_ratio: utilization,
  gradwatch_gpu_memory_used_bytes: memory * 80e9,
  gradwatch_gpu_memory_total_bytes: 80e9,
});
const cpu = (second: number, shares: Readings): Readings =>
  Object.fromEntries(
    Object.entries(shares).map(([mode, share]) => [
      `gradwatch_node_cpu_seconds_total{mode="${mode}"}`,
      Number(share) * second,
    ]),
  );
const all = [gpuUnderused, cpuBottleneck, ioBottleneck, batchTooSmall, gpuLoadImbalance];

it.each([
  ['GPUs that are used little', () => 0.5, { user: 8, idle: 2 }, 0.8, ['gpu_underused']],
  [
    'GPUs that are used by fits and starts',
    (second: number) => (second % 60 < 10 ? 0 : 1),
    { user: 3, idle: 7 },
    0.8,
    ['gpu_underused'],
  ],
  ['CPUs that hold the GPUs up', () => 0.05, { user: 9.6, idle: 0.4 }, 0.8, ['gpu_underused', 'cpu_bottleneck']],
  [
    'storage that holds the GPUs up',
    () => 0.4,
    { user: 1, idle: 3, iowait: 6 },
    0.8,
    ['gpu_underused', 'io_bottleneck'],
  ],
  ['room for a larger batch', () => 0.4, { user: 2, idle: 8 }, 0.2, ['gpu_underused', 'batch_too_small']],
  ['a machine that is used well', () => 0.96, { user: 4, idle: 6 }, 0.8, []],
])('%s: information about the run', (_, utilization, shares, memory, kinds) => {
  const found = all.filter((detector) => {
    const feed = new MachineFeed(detector);
    const news = feed.pass(
      1200,
      (second) => cards(2, used(utilization(second), memory)),
      (second) => cpu(second, shares),
    );
    if (news.length > 0) expect(news).toEqual([expect.stringMatching(/^r info (59|6\d)\d$/)]);
    return news.length > 0;
  });
  expect(found.map(({ kind }) => kind)).toEqual(kinds);
});

it('GPUs of one run that have unequal work, and none of it where nothing trains', () => {
  const unequal = cards(2, used(0.9), { 1: { readings: used(0.3) } });
  expect(new MachineFeed(gpuLoadImbalance).pass(900, () => unequal)).toEqual(['r info 595']);
  for (const detector of all) {
    const idle = cards(2, used(0), { 0: { rank: null }, 1: { rank: null } });
    expect(
      new MachineFeed(detector).pass(
        hour,
        () => idle,
        (second) => cpu(second, { idle: 10 }),
      ),
    ).toEqual([]);
  }
});

it('an Xid error by its class, for as long as it is recent, and one of a card that is not known', () => {
  const feed = new MachineFeed(gpuXid);
  const at = (xid: string) => `gradwatch_gpu_xid_last_timestamp_seconds{xid="${xid}"}`;
  const count = (xid: string) => `gradwatch_gpu_xid_errors_total{xid="${xid}"}`;
  const time = feed.time;
  const seen = (second: number) => [
    { readings: { [count('31')]: 1, [at('31')]: time + 20 } },
    {
      readings: {
        [count('79')]: 1,
        [count('31')]: 1,
        ...(second >= 60 ? { [at('79')]: time + 58, [at('31')]: time } : {}),
      },
    },
    { readings: { [count('79')]: 0 } },
  ];
  expect(feed.pass(1500, seen)).toEqual([
    'GPU-0 info 0',
    'GPU-1 critical 60',
    'GPU-0 recovered 620',
    'GPU-1 recovered 660',
  ]);
  const crash = new MachineFeed(gpuXid);
  const cleanedUp = { [at('13')]: crash.time - 3, [at('45')]: crash.time - 1, [count('45')]: 1 };
  expect(crash.look([{ readings: cleanedUp }])).toMatchObject([
    { cause: 'GPU 0 reported Xid 13 3 s ago (restart application); beside it 45.' },
  ]);
  const lost = new MachineFeed(gpuXid);
  const labels = 'uuid="",gpu="0000:3b:00.0",xid="79"';
  const unknown = {
    [`gradwatch_gpu_xid_errors_total{${labels}}`]: 1,
    [`gradwatch_gpu_xid_last_timestamp_seconds{${labels}}`]: lost.time - 4,
  };
  expect(lost.look([], unknown)).toMatchObject([
    { about: 'node', severity: 'critical', cause: 'GPU 0000:3b:00.0 reported Xid 79 4 s ago (restart node).' },
  ]);
});

it('a node without memory, one whose tasks stand still for it, and a cgroup at its limit', () => {
  const total = { gradwatch_node_memory_total_bytes: 100e9 };
  const rank = {
    'gradwatch_rank_cgroup_info{run="r",rank="3",cgroup="/pod"}': 1,
    'gradwatch_node_cgroup_memory_limit_bytes{cgroup="/pod"}': 10e9,
  };
  const held = 'gradwatch_node_cgroup_memory_held_bytes{cgroup="/pod"}';
  const cause = (node: (second: number) => Readings) => {
    const feed = new MachineFeed(hostMemoryPressure);
    feed.pass(120, () => [], node);
    return feed.look([], node(120)).flatMap((said) => (said.status === 'evidence' ? [said.cause] : []));
  };
  expect(cause(() => ({ ...total, gradwatch_node_memory_available_bytes: 1e9 }))).toEqual([
    '1 % of the memory of the node is left, since 2 min.',
  ]);
  expect(
    cause((second) => ({ 'gradwatch_node_pressure_stalled_seconds_total{resource="memory"}': 0.5 * second }))[0],
  ).toContain('all tasks stood still');
  expect(cause(() => ({ ...rank, [held]: 9.9e9 }))).toEqual([
    'rank 3 uses 99 % of the memory that its cgroup may use, since 2 min.',
  ]);
  const standing = 'gradwatch_node_cgroup_memory_pressure_stalled_seconds_total{cgroup="/pod"}';
  expect(cause((second) => ({ ...rank, [held]: 5e9, [standing]: 0.2 * second }))).toEqual([
    expect.stringMatching(/^rank 3 stood still for want of memory for (19|2\d)[.\d]* % of the last minute, since /),
  ]);
  const cached = { 'gradwatch_node_cgroup_memory_working_set_bytes{cgroup="/pod"}': 9.9e9 };
  expect(cause(() => ({ ...rank, ...cached, [held]: 5e9, [standing]: 3 }))).toEqual([]);
  expect(cause(() => ({ ...rank, ...total, [held]: 5e9, gradwatch_node_memory_available_bytes: 40e9 }))).toEqual([]);
});

it.each([
  ['busy CPUs for which tasks wait', { user: 3.9, steal: 0.06, idle: 0.04 }, 0.7, ['info']],
  ['busy CPUs for which nobody waits', { user: 3.9, idle: 0.1 }, 0.2, []],
  ['waits on a node with idle CPUs', { user: 100, idle: 28 }, 0.9, []],
] as const)('%s', (_, shares, waiting, severities) => {
  const feed = new MachineFeed(hostCpuPressure);
  const node = (second: number): Readings => ({
    ...cpu(second, shares),
    'gradwatch_node_pressure_waiting_seconds_total{resource="cpu"}': waiting * second,
  });
  feed.pass(180, () => [], node);
  const said = feed.look([], node(180)).flatMap((each) => (each.status === 'evidence' ? [each] : []));
  expect(said.map(({ severity }) => severity)).toEqual(severities);
  for (const { cause } of said) expect(cause).toContain('99 % busy, and for 70 % of the last minute tasks waited');
});

it('a process that the kernel killed, in the cgroup of a rank, and nothing of what it killed before', () => {
  const feed = new MachineFeed(oomKill);
  const node = (second: number): Readings => ({
    gradwatch_node_oom_kills_total: second < 60 ? 7 : 8,
    'gradwatch_node_cgroup_memory_events_total{cgroup="/pod",event="oom_kill"}': second < 60 ? 0 : 1,
    'gradwatch_rank_cgroup_info{run="r",rank="3",cgroup="/pod"}': 1,
  });
  expect(feed.pass(60, () => [], node)).toEqual([]);
  expect(feed.look([], node(60))).toMatchObject([
    {
      severity: 'info',
      cause:
        'The kernel killed a process of the node for want of memory within the last 10 min, in the cgroup of rank 3.',
    },
  ]);
});
