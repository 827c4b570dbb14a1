import { expect, it } from 'vitest';
import { cards, MachineFeed, type Readings } from '../../../test/support/machine.ts';
import { Random } from '../../learn/random.ts';
import { nodeTelemetry } from './node-telemetry.ts';

const hour = 3600;
const beat = 5;
const node = 'gradwatch_node_';

/** What a node does in one look, in shares and bytes a second. */
interface Work {
  readonly cpu: number;
  readonly iowait: number;
  readonly memory: number;
  readonly pressure: number;
  readonly read: number;
  readonly written: number;
  readonly network: number;
}

/**
 * A node on which a run trains: CPUs that follow the loader, a page cache that fills, a checkpoint every half an hour, another shard of the
 * data every twenty minutes, and noise that lasts. `change`: what is wrong at a second.
 */
function training(seed: number, change: (second: number, work: Work) => Work = (_, work) => work) {
  const random = new Random(seed);
  const sums = new Map<string, number>();
  let [drift, burst] = [0, 0];
  return (second: number): Readings => {
    drift = 0.98 * drift + 0.2 * random.normal();
    // Now and then something else runs for a while: a log is rotated, somebody looks at a file.
    if (random.integer(2000) === 0) burst = 20;
    burst = Math.max(0, burst - 1);
    const checkpoint = second % 1800 < 45 ? 1 : 0;
    const shard = second % 1200 < 60 ? 1 : 0;
    const load = 0.45 + 0.04 * drift + 0.02 * random.normal();
    const work = change(second, {
      cpu: load + 0.1 * shard + 0.05 * (burst > 0 ? 1 : 0),
      iowait: 0.01 + 0.03 * shard + 0.05 * checkpoint,
      memory: 0.5 + 0.1 * Math.min(1, second / (2 * hour)) + 0.005 * drift,
      pressure: Math.max(0, 0.02 + 0.01 * drift + 0.1 * checkpoint),
      read: 3e8 * load * (1 + 0.1 * random.normal()) * (1 + shard),
      written: 2e6 * (1 + 0.3 * random.normal()) + 9e8 * checkpoint,
      network: 8e8 * (1 + 0.05 * drift + 0.03 * random.normal()),
    });
    const grow = (key: string, rate: number): void => {
      sums.set(key, (sums.get(key) ?? 1e9) + Math.max(0, rate) * beat);
    };
    grow(`${node}cpu_seconds_total{mode="user"}`, 64 * work.cpu);
    grow(`${node}cpu_seconds_total{mode="iowait"}`, 64 * work.iowait);
    grow(`${node}cpu_seconds_total{mode="idle"}`, 64 * Math.max(0, 1 - work.cpu - work.iowait));
    for (const resource of ['cpu', 'memory', 'io']) {
      grow(`${node}pressure_waiting_seconds_total{resource="${resource}"}`, work.pressure);
    }
    grow(`${node}disk_read_bytes_total{device="nvme0n1"}`, work.read);
    grow(`${node}disk_written_bytes_total{device="nvme0n1"}`, work.written);
    grow(`${node}network_received_bytes_total{device="eth0"}`, work.network);
    grow(`${node}network_sent_bytes_total{device="eth0"}`, work.network);
    return {
      ...Object.fromEntries(sums),
      [`${node}memory_total_bytes`]: 1e12,
      [`${node}memory_available_bytes`]: 1e12 * (1 - work.memory),
    };
  };
}

const warm = 5 * hour;
const later = (second: number): boolean => second >= warm && second < warm + 1800;
const pass = (seconds: number, readings: (second: number) => Readings, ranks: number | null = 0): string[] =>
  new MachineFeed(nodeTelemetry).pass(seconds, () => cards(1, {}, { 0: { rank: ranks } }), readings);

it('is silent about a node that trains, with its checkpoints and shards', () => {
  for (const seed of [1, 2]) expect(pass(10 * hour, training(seed))).toEqual([]);
});

it.each<[string, (work: Work) => Work, RegExp]>([
  ['something that takes the CPUs', (work) => ({ ...work, cpu: 0.95, pressure: 0.6 }), /use of the CPUs|pressure/],
  ['a network that has become slow', (work) => ({ ...work, network: 0.2 * work.network }), /traffic (received|sent)/],
  ['a disk that is read by somebody else', (work) => ({ ...work, read: 2e9, iowait: 0.3 }), /reads from disks|wait/],
])('informs of %s, names what left the others, and recovers', (_, wrong, named) => {
  const readings = training(7, (second, work) => (later(second) ? wrong(work) : work));
  const feed = new MachineFeed(nodeTelemetry);
  const [causes, statuses] = [[] as string[], [] as string[]];
  for (let second = 0; second < warm + 2 * hour; second += beat) {
    for (const said of feed.look(cards(1, {}), readings(second))) {
      if (statuses.at(-1) !== said.status) statuses.push(said.status);
      if (said.status === 'evidence') causes.push(`${second} ${said.cause}`);
    }
  }
  expect(statuses.filter((status, at) => at > 0 || status === 'evidence')).toEqual(['evidence', 'recovered']);
  const [at = '', words = ''] = /^(\d+) (.*)$/.exec(causes[0] ?? '')?.slice(1) ?? [];
  expect(Number(at) - warm).toBeLessThan(1200);
  expect(words).toMatch(/^The telemetry of the node no longer goes together as in this run before: /);
  expect(words).toMatch(named);
});

it('is not asked where nothing trains, nor of a node that tells too little', () => {
  expect(
    pass(
      warm + 1800,
      training(3, (second, work) => (later(second) ? { ...work, cpu: 1 } : work)),
      null,
    ),
  ).toEqual([]);
  expect(pass(warm, () => ({ [`${node}memory_total_bytes`]: 1, [`${node}memory_available_bytes`]: 1 }))).toEqual([]);
});
