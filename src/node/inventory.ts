import { uptime } from 'node:os';
import { beatOptions, type CollectorContext, CollectorError } from '../collect/index.ts';
import { gauge, info, type Row } from '../series/index.ts';
import { insideContainer } from './container.ts';
import { type Inventory, parseInventory, takeInventory } from './inventory-child.ts';
import { nodeCollector } from './node-collector.ts';
import { parseProcStat } from './proc-stat.ts';
import { readProc } from './proc.ts';

const infoMetrics = {
  info: info('gradwatch_node_info', {
    help: 'Names of the node: its host name as the exporter sees it, operating system, kernel, architecture and processor',
    labels: ['hostname', 'os', 'kernel', 'architecture', 'cpu_model'],
  }),
} as const;

const bootMetrics = {
  boot: gauge('gradwatch_node_boot_timestamp_seconds', { help: 'Unix time at which the node was started' }),
} as const;

/** What the node is. It changes with a reboot or an upgrade, so its beat is slow. */
export const inventory = nodeCollector({
  name: 'inventory',
  metrics: { ...infoMetrics, ...bootMetrics },
  options: beatOptions({ what: 'the inventory of the node', interval: { default: '1h', min: '1m', max: '1d' } }),
  create: (context, { interval }) => {
    const infos = context.table.group(infoMetrics.info.labels, infoMetrics);
    const boot = context.table.group([], bootMetrics).row({});
    let row: Row<'info'> | undefined;
    return {
      intervalSeconds: interval,
      budgetSeconds: 30,
      collect: async (signal) => {
        boot.set('boot', bootTime(context));
        const taken = parseInventory(await takeInventory(signal));
        if (taken === null) throw new CollectorError('malformed', 'systeminformation gave no inventory');
        const next = infos.row(infoLabels(taken, insideContainer()));
        if (next !== row) row?.remove();
        next.set('info', 1);
        row = next;
      },
      // Names and the time of boot do not become wrong with age.
      expire: () => undefined,
    };
  },
});

/** The labels of `gradwatch_node_info`. The distribution of a container image is not the node's, so it is left out there. */
export function infoLabels(
  taken: Inventory,
  container: boolean,
): Record<(typeof infoMetrics.info.labels)[number], string> {
  return {
    hostname: taken.hostname,
    os: container ? '' : `${taken.distribution} ${taken.release}`.trim(),
    kernel: taken.kernel,
    architecture: taken.architecture,
    cpu_model: `${taken.cpuManufacturer} ${taken.cpuBrand}`.trim(),
  };
}

/** Unix seconds. @throws CollectorError `unreadable`, `malformed` */
function bootTime({ procRoot, now }: CollectorContext): number {
  if (process.platform !== 'linux') return Math.round(now() - uptime());
  const time = parseProcStat(readProc(procRoot, 'stat'))?.bootTime ?? null;
  if (time === null) throw new CollectorError('malformed', `${procRoot}/stat has no line btime`);
  return time;
}
