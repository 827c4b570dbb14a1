import { number } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import type { Machine } from './machine.ts';
import { nodeDetector } from './machine-detector.ts';
import { Rise } from './rise.ts';
import { patience, Spell } from './spell.ts';

const pressureWindow = 60;

const reads = [
  'gradwatch_node_memory_available_bytes',
  'gradwatch_node_memory_total_bytes',
  'gradwatch_node_pressure_stalled_seconds_total',
  'gradwatch_node_cgroup_memory_working_set_bytes',
  'gradwatch_node_cgroup_memory_limit_bytes',
  'gradwatch_rank_cgroup_info',
] as const;

/** The node, or the cgroup of a worker, is short of memory: hardly any is left, or tasks stand still for want of it (PSI, `full`). */
export const hostMemoryPressure = nodeDetector({
  kind: 'host_memory_pressure',
  meaning: 'the node or the cgroup of a worker is short of memory',
  explains: ['straggler', 'slow_down', 'throughput_regression', 'step_outlier', 'bottleneck'],
  alert: 'rank_degraded',
  collectors: ['memory', 'pressure', 'cgroup_memory'],
  reads,
  options: detectorOptions({
    available: number({
      default: 0.03,
      min: 0,
      max: 1,
      help: 'Share of the memory of the node below which it is short',
    }),
    stalled: number({
      default: 0.1,
      min: 0,
      max: 1,
      help: 'Share of the last minute in which all tasks stood still for want of memory',
    }),
    cgroup: number({
      default: 0.97,
      min: 0,
      max: 1,
      help: 'Share of its limit that the working set of a cgroup may reach',
    }),
    ...patience('1m', '2m'),
  }),
  start: () => ({ stalls: new Rise(pressureWindow), spell: new Spell() }),
  observe({ stalls, spell }, machine, { available, stalled, cgroup, ...waits }) {
    const left = machine.read('gradwatch_node_memory_available_bytes');
    const total = machine.read('gradwatch_node_memory_total_bytes');
    const stall = machine.read('gradwatch_node_pressure_stalled_seconds_total', { resource: 'memory' });
    if (stall !== null) stalls.push(machine.time, stall);
    const full = fullCgroups(machine, cgroup);
    if (left === null && stall === null && machine.all('gradwatch_node_cgroup_memory_limit_bytes').length === 0)
      return quiet;
    const share = left === null || total === null ? null : left / total;
    const standing = stalls.rise / pressureWindow;
    const signs = [
      ...(share !== null && share < available ? [`${figure(100 * share)} % of the memory of the node is left`] : []),
      ...(standing >= stalled
        ? [`all tasks stood still for want of memory for ${figure(100 * standing)} % of the last minute`]
        : []),
      ...full.map(({ name, ratio }) => `${name} uses ${figure(100 * ratio)} % of the memory that its cgroup may use`),
    ];
    return spell.judge(machine.time, signs.length > 0, waits, (seconds) => ({
      severity: 'warning',
      score: Math.max(1 - (share ?? 1), standing, ...full.map(({ ratio }) => ratio)),
      threshold: Math.min(1 - available, stalled),
      cause: `${signs.join('; ')}, since ${span(seconds)}.`,
      advice:
        'The kernel kills next: fewer workers that load data, smaller caches, or more memory for the pod. Look at memory_leak.',
    }));
  },
});

function fullCgroups(
  machine: Machine<(typeof reads)[number]>,
  most: number,
): readonly { name: string; ratio: number }[] {
  return machine.all('gradwatch_node_cgroup_memory_limit_bytes').flatMap(({ labels, value: limit }) => {
    const cgroup = labels.get('cgroup') ?? '';
    const used = machine.read('gradwatch_node_cgroup_memory_working_set_bytes', { cgroup });
    if (used === null || !(used >= most * limit)) return [];
    const ranks = machine
      .all('gradwatch_rank_cgroup_info')
      .filter(({ labels: own }) => own.get('cgroup') === cgroup)
      .map(({ labels: own }) => own.get('rank') ?? '');
    return [{ name: ranks.length === 0 ? cgroup : `rank ${ranks.join(', ')}`, ratio: used / limit }];
  });
}
