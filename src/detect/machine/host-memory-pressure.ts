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
  'gradwatch_node_cgroup_memory_held_bytes',
  'gradwatch_node_cgroup_memory_limit_bytes',
  'gradwatch_node_cgroup_memory_pressure_stalled_seconds_total',
  'gradwatch_rank_cgroup_info',
] as const;

/**
 * The node, or the cgroup of a worker, is short of memory: hardly any is left that the kernel could free, or tasks stand still for want of
 * it (PSI, `full`). Page cache fills what a limit leaves, and is given up without harm where it is not needed.
 */
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
      help: 'Share of the last minute in which all tasks of the node, or of a cgroup, stood still for want of memory',
    }),
    cgroup: number({
      default: 0.97,
      min: 0,
      max: 1,
      help: 'Share of its limit that a cgroup may use, page cache apart',
    }),
    ...patience('1m', '2m'),
  }),
  start: () => ({ stalls: new Rise(pressureWindow), ofCgroups: new Map<string, Rise>(), spell: new Spell() }),
  observe({ stalls, ofCgroups, spell }, machine, { available, stalled, cgroup, ...waits }) {
    const left = machine.read('gradwatch_node_memory_available_bytes');
    const total = machine.read('gradwatch_node_memory_total_bytes');
    const stall = machine.read('gradwatch_node_pressure_stalled_seconds_total', { resource: 'memory' });
    if (stall !== null) stalls.push(machine.time, stall);
    const full = fullCgroups(machine, cgroup);
    const standing = standingCgroups(machine, ofCgroups).filter(({ ratio }) => ratio >= stalled);
    if (left === null && stall === null && machine.all('gradwatch_node_cgroup_memory_limit_bytes').length === 0)
      return quiet;
    const share = left === null || total === null ? null : left / total;
    const ofNode = stalls.rise / pressureWindow;
    const signs = [
      ...(share !== null && share < available ? [`${figure(100 * share)} % of the memory of the node is left`] : []),
      ...(ofNode >= stalled
        ? [`all tasks stood still for want of memory for ${figure(100 * ofNode)} % of the last minute`]
        : []),
      ...full.map(({ name, ratio }) => `${name} uses ${figure(100 * ratio)} % of the memory that its cgroup may use`),
      ...standing.map(
        ({ name, ratio }) => `${name} stood still for want of memory for ${figure(100 * ratio)} % of the last minute`,
      ),
    ];
    return spell.judge(machine.time, signs.length > 0, waits, (seconds) => ({
      severity: 'warning',
      score: Math.max(1 - (share ?? 1), ofNode, ...[...full, ...standing].map(({ ratio }) => ratio)),
      threshold: Math.min(1 - available, stalled),
      cause: `${signs.join('; ')}, since ${span(seconds)}.`,
      advice:
        'The kernel kills next: fewer workers that load data, smaller caches, or more memory for the pod. Look at memory_leak.',
    }));
  },
});

/** A cgroup by the ranks in it, and a share of its limit or of the last minute. */
interface CgroupShare {
  readonly name: string;
  readonly ratio: number;
}
type Read = Machine<(typeof reads)[number]>;

function fullCgroups(machine: Read, most: number): readonly CgroupShare[] {
  return machine.all('gradwatch_node_cgroup_memory_limit_bytes').flatMap(({ labels, value: limit }) => {
    const cgroup = labels.get('cgroup') ?? '';
    const held = machine.read('gradwatch_node_cgroup_memory_held_bytes', { cgroup });
    return held === null || !(held >= most * limit) ? [] : [{ name: nameOf(machine, cgroup), ratio: held / limit }];
  });
}

/** @param before of each cgroup that was there at the last look */
function standingCgroups(machine: Read, before: Map<string, Rise>): readonly CgroupShare[] {
  const samples = machine.all('gradwatch_node_cgroup_memory_pressure_stalled_seconds_total');
  const now = samples.map(({ labels, value }) => ({ cgroup: labels.get('cgroup') ?? '', value }));
  for (const gone of before.keys()) if (!now.some(({ cgroup }) => cgroup === gone)) before.delete(gone);
  return now.map(({ cgroup, value }) => {
    const stalls = before.get(cgroup) ?? new Rise(pressureWindow);
    before.set(cgroup, stalls);
    stalls.push(machine.time, value);
    return { name: nameOf(machine, cgroup), ratio: stalls.rise / pressureWindow };
  });
}

function nameOf(machine: Read, cgroup: string): string {
  const ranks = machine
    .all('gradwatch_rank_cgroup_info')
    .filter(({ labels }) => labels.get('cgroup') === cgroup)
    .map(({ labels }) => labels.get('rank') ?? '');
  return ranks.length === 0 ? cgroup : `rank ${ranks.join(', ')}`;
}
