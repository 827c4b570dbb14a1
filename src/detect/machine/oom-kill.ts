import { duration } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import { nodeDetector } from './machine-detector.ts';
import { Rise } from './rise.ts';
import { Spell } from './spell.ts';

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
  start: ({ recent }) => ({
    kills: new Rise(recent),
    byCgroup: new Map<string, Rise>(),
    spell: new Spell(),
    at: -Infinity,
  }),
  observe(state, machine, { recent }) {
    const { kills, byCgroup, spell } = state;
    const counter = machine.read('gradwatch_node_oom_kills_total');
    const events = machine
      .all('gradwatch_node_cgroup_memory_events_total')
      .filter(({ labels }) => labels.get('event') === 'oom_kill');
    if (counter === null && events.length === 0) return quiet;
    if (counter !== null && kills.push(machine.time, counter) > 0) state.at = machine.time;
    const cgroups = new Set(events.map(({ labels }) => labels.get('cgroup') ?? ''));
    for (const cgroup of byCgroup.keys()) if (!cgroups.has(cgroup)) byCgroup.delete(cgroup);
    for (const { labels, value } of events) {
      const cgroup = labels.get('cgroup') ?? '';
      const rise = byCgroup.get(cgroup) ?? new Rise(recent);
      byCgroup.set(cgroup, rise);
      if (rise.push(machine.time, value) > 0) state.at = machine.time;
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
      happenedAt: state.at,
      cause:
        `The kernel killed ${killed === 1 ? 'a process' : `${figure(killed)} processes`} of the node for want of memory within the last ${span(recent)}` +
        (ranks.length === 0 ? '.' : `, in the cgroup of rank ${[...new Set(ranks)].join(', ')}.`),
      advice:
        'Look at `dmesg -T | grep -i oom`, at memory_leak and at the memory limit of the pod; fewer workers that load data need less.',
    }));
  },
});
