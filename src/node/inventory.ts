import { uptime } from 'node:os';
import { beatOptions, type CollectorContext, CollectorError } from '../collect/index.ts';
import { FreshRows, type SeriesGroup } from '../series/index.ts';
import { insideContainer } from './container.ts';
import { inventoryBudgetSeconds, takeInventory } from './inventory-child.ts';
import { parseInventory } from './inventory-facts.ts';
import { boardLabels, diskLabels, infoLabels, interfaceLabels, moduleLabels } from './inventory-labels.ts';
import {
  boardMetrics,
  bootMetrics,
  diskMetrics,
  infoMetrics,
  interfaceMetrics,
  memoryModuleMetrics,
} from './inventory-metrics.ts';
import { nodeCollector } from './node-collector.ts';
import { parseProcStat } from './proc-stat.ts';
import { readProc } from './proc.ts';

/** What the node is. It changes with a reboot or an upgrade, so its beat is slow. */
export const inventory = nodeCollector({
  name: 'inventory',
  metrics: {
    ...infoMetrics,
    ...bootMetrics,
    ...boardMetrics,
    ...memoryModuleMetrics,
    ...diskMetrics,
    ...interfaceMetrics,
  },
  options: beatOptions({ what: 'the inventory of the node', interval: { default: '1h', min: '1m', max: '1d' } }),
  create: ({ table, ...context }, { interval }) => {
    const boot = table.group([], bootMetrics).row({});
    const showNames = shown('info', table.group(infoMetrics.info.labels, infoMetrics));
    const showBoard = shown('board', table.group(boardMetrics.board.labels, boardMetrics));
    const showModules = shown(
      'memoryModule',
      table.group(memoryModuleMetrics.memoryModule.labels, memoryModuleMetrics),
    );
    const showDisks = shown('disk', table.group(diskMetrics.disk.labels, diskMetrics));
    const showInterfaces = shown('interface', table.group(interfaceMetrics.interface.labels, interfaceMetrics));
    return {
      intervalSeconds: interval,
      budgetSeconds: inventoryBudgetSeconds,
      collect: async (signal) => {
        boot.set('boot', bootTime(context));
        const taken = parseInventory(await takeInventory(signal));
        if (taken === null) throw new CollectorError('malformed', 'systeminformation gave no inventory');
        const container = insideContainer();
        showNames([infoLabels(taken, container)]);
        showBoard(boardLabels(taken, container));
        showModules(moduleLabels(taken));
        showDisks(diskLabels(taken));
        showInterfaces(interfaceLabels(taken, container));
      },
      // Names and the time of boot do not become wrong with age.
      expire: () => undefined,
    };
  },
});

/** Shows one info series for each set of labels. */
function shown<Key extends string, Label extends string>(key: Key, group: SeriesGroup<Key, Label>) {
  const rows = new FreshRows(group);
  return (all: readonly Record<Label, string>[]): void => {
    rows.begin();
    for (const labels of all) rows.row(labels).set(key, 1);
    rows.settle();
  };
}

/** Unix seconds. @throws CollectorError `unreadable`, `malformed` */
function bootTime({ procRoot, now }: Pick<CollectorContext, 'procRoot' | 'now'>): number {
  if (process.platform !== 'linux') return Math.round(now() - uptime());
  const time = parseProcStat(readProc(procRoot, 'stat'))?.bootTime ?? null;
  if (time === null) throw new CollectorError('malformed', `${procRoot}/stat has no line btime`);
  return time;
}
