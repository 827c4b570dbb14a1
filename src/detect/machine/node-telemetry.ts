import { detectorOptions, quiet } from '../detector.ts';
import { LearntTelemetry, learningOptions, type Signal } from './learnt-telemetry.ts';
import { nodeDetector } from './machine-detector.ts';
import { Rates } from './rates.ts';
import { isTraining } from './run-pause.ts';
import { cpuReads, CpuUse } from './run-use.ts';

/** Rates of bytes count by their logarithm from about here on, in bytes a second: below it is the murmur of an idle node. */
const murmur = 1e6;

/** Counters, the devices of each added up, in words. */
const bytes = {
  gradwatch_node_disk_read_bytes_total: 'reads from disks',
  gradwatch_node_disk_written_bytes_total: 'writes to disks',
  gradwatch_node_network_received_bytes_total: 'traffic received',
  gradwatch_node_network_sent_bytes_total: 'traffic sent',
  gradwatch_node_infiniband_received_bytes_total: 'InfiniBand received',
  gradwatch_node_infiniband_sent_bytes_total: 'InfiniBand sent',
} as const;
const counters = Object.keys(bytes) as (keyof typeof bytes)[];
const resources = ['cpu', 'memory', 'io'] as const;

const reads = [
  ...cpuReads,
  ...counters,
  'gradwatch_node_memory_available_bytes',
  'gradwatch_node_memory_total_bytes',
  'gradwatch_node_pressure_waiting_seconds_total',
] as const;

/**
 * CPUs, memory, pressure, disks and network of a node no longer go together as they did while the same ranks trained: something else
 * runs there, or storage or network have become another. It sees what no rule was written for, so it informs and wakes nobody.
 */
export const nodeTelemetry = nodeDetector({
  kind: 'node_telemetry',
  meaning: 'the telemetry of a node does not go together as learnt in this run',
  explains: [],
  alert: 'none',
  collectors: ['cpu', 'memory', 'pressure', 'disk', 'network', 'infiniband'],
  reads,
  options: detectorOptions(learningOptions('10m')),
  start: () => ({ cpus: new CpuUse(), rates: new Rates(), telemetry: new LearntTelemetry() }),
  observe({ cpus, rates, telemetry }, machine, options) {
    cpus.push(machine);
    const told = [
      ...resources.map((resource): Signal => {
        const waiting = machine
          .all('gradwatch_node_pressure_waiting_seconds_total')
          .filter(({ labels }) => labels.get('resource') === resource);
        return [`pressure on ${resource === 'io' ? 'storage' : resource}`, rates.of(resource, machine.time, waiting)];
      }),
      ...counters.map((name): Signal => {
        const perSecond = rates.of(name, machine.time, machine.all(name));
        return [bytes[name], perSecond === null ? null : Math.log1p(perSecond / murmur)];
      }),
    ];
    const ranks = machine.runs.flatMap(({ run, ranks: own }) => own.map((each) => ({ run, ...each })));
    const trains = ranks.every((rank) => rank.steps > 0 && isTraining(rank));
    if (ranks.length === 0 || !trains || !telemetry.isDue(machine.time, options)) return quiet;
    const available = machine.read('gradwatch_node_memory_available_bytes');
    const memory = machine.read('gradwatch_node_memory_total_bytes');
    const signals: Signal[] = [
      ['use of the CPUs', cpus.busy],
      ['wait for storage', cpus.iowait],
      ['memory in use', available === null || memory === null ? null : 1 - available / memory],
      ...told,
    ];
    const who = ranks.map(({ run, rank }) => [run, rank]);
    return telemetry.judge(machine.time, 'the node', who, signals, options);
  },
});
