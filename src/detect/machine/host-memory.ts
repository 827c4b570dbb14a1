import { duration, number } from '../../config/index.ts';
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

/** The kernel killed a process of this node for want of memory. Whether that matters shows in what it does to a run. */
export const oomKill = nodeDetector({
  kind: 'oom_kill',
  meaning: 'the kernel killed a process for want of memory',
  explains: ['worker_lost'],
  alert: 'own',
  collectors: ['vmstat', 'cgroup_memory'],
  reads: ['gradwatch_node_oom_kills_total', 'gradwatch_node_cgroup_memory_events_total', 'gradwatch_rank_cgroup_info'],
  options: detectorOptions({
    recent: duration({ default: '10m', min: '1s', max: '7d', help: 'Time for which a kill counts' }),
  }),
  start: ({ recent }) => ({ kills: new Rise(recent), byCgroup: new Map<string, Rise>(), spell: new Spell() }),
  observe({ kills, byCgroup, spell }, machine, { recent }) {
    const counter = machine.read('gradwatch_node_oom_kills_total');
    const events = machine
      .all('gradwatch_node_cgroup_memory_events_total')
      .filter(({ labels }) => labels.get('event') === 'oom_kill');
    if (counter === null && events.length === 0) return quiet;
    if (counter !== null) kills.push(machine.time, counter);
    const cgroups = new Set(events.map(({ labels }) => labels.get('cgroup') ?? ''));
    for (const cgroup of byCgroup.keys()) if (!cgroups.has(cgroup)) byCgroup.delete(cgroup);
    for (const { labels, value } of events) {
      const cgroup = labels.get('cgroup') ?? '';
      const rise = byCgroup.get(cgroup) ?? new Rise(recent);
      byCgroup.set(cgroup, rise);
      rise.push(machine.time, value);
    }
    const struck = new Set([...byCgroup].filter(([, { rise }]) => rise > 0).map(([cgroup]) => cgroup));
    const ranks = machine
      .all('gradwatch_rank_cgroup_info')
      .filter(({ labels }) => struck.has(labels.get('cgroup') ?? ''))
      .map(({ labels }) => labels.get('rank') ?? '');
    const killed = Math.max(kills.rise, ...[...byCgroup.values()].map(({ rise }) => rise));
    return spell.judge(machine.time, killed > 0, { after: 0, calm: 0 }, () => ({
      severity: 'info',
      score: killed,
      threshold: 1,
      cause:
        `The kernel killed ${killed === 1 ? 'a process' : `${figure(killed)} processes`} of the node for want of memory within the last ${span(recent)}` +
        (ranks.length === 0 ? '.' : `, in the cgroup of rank ${[...new Set(ranks)].join(', ')}.`),
      advice:
        'Look at `dmesg -T | grep -i oom`, at memory_leak and at the memory limit of the pod; fewer workers that load data need less.',
    }));
  },
});
