import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beatOptions, type CollectorContext, SourceAbsent } from '../collect/index.ts';
import { counter, gauge } from '../series/index.ts';
import { parseCount, findAttribute } from './attribute.ts';
import { DeviceRows } from './device-rows.ts';
import { requireLinux } from './linux-only.ts';
import { inNetworkOfNode } from './namespaces.ts';
import { type InterfaceCounts, parseNetDev } from './net-dev.ts';
import { nodeCollector } from './node-collector.ts';
import { readProc } from './proc.ts';

const labels = ['device'] as const;

const countMetrics = {
  receivedBytes: counter('gradwatch_node_network_received_bytes_total', {
    help: 'Bytes that the interface received',
    labels,
  }),
  receivedPackets: counter('gradwatch_node_network_received_packets_total', {
    help: 'Packets that the interface received',
    labels,
  }),
  receiveErrors: counter('gradwatch_node_network_receive_errors_total', {
    help: 'Packets that the interface received with an error',
    labels,
  }),
  receiveDropped: counter('gradwatch_node_network_receive_dropped_total', {
    help: 'Packets that were received and dropped, mostly for want of buffers',
    labels,
  }),
  sentBytes: counter('gradwatch_node_network_sent_bytes_total', { help: 'Bytes that the interface sent', labels }),
  sentPackets: counter('gradwatch_node_network_sent_packets_total', {
    help: 'Packets that the interface sent',
    labels,
  }),
  sendErrors: counter('gradwatch_node_network_send_errors_total', {
    help: 'Packets that the interface could not send',
    labels,
  }),
  sendDropped: counter('gradwatch_node_network_send_dropped_total', {
    help: 'Packets that were dropped instead of sent',
    labels,
  }),
} as const satisfies Readonly<Record<keyof InterfaceCounts, unknown>>;

const stateMetrics = {
  up: gauge('gradwatch_node_network_up', { help: 'Whether the interface is up and has a carrier', labels }),
  speed: gauge('gradwatch_node_network_speed_bytes_per_second', {
    help: 'Speed that the interface has agreed on; absent while it is down',
    labels,
  }),
  carrierChanges: counter('gradwatch_node_network_carrier_changes_total', {
    help: 'Times that the carrier of the interface came or went: a link that flaps',
    labels,
  }),
} as const;

const metrics = { ...countMetrics, ...stateMetrics } as const;
const countKeys = Object.keys(countMetrics) as (keyof InterfaceCounts)[];

/** More than any server has. */
const mostInterfaces = 128;

const boundMetrics = {
  leftOut: gauge('gradwatch_node_network_interfaces_left_out', {
    help: `Interfaces beyond the first ${mostInterfaces}, which are not shown`,
  }),
} as const;

/** Traffic and links of the interfaces that have a device or bond several: those of containers and bridges are left out. */
export const network = nodeCollector({
  name: 'network',
  metrics: { ...metrics, ...boundMetrics },
  options: beatOptions({ what: 'network interfaces', interval: { default: '15s', min: '1s', max: '5m' } }),
  create: (context, { interval }) => {
    const rows = new DeviceRows(context.table.group(labels, metrics), mostInterfaces);
    const bound = context.table.group([], boundMetrics).row({});
    return {
      intervalSeconds: interval,
      budgetSeconds: 5,
      collect: async (signal) => {
        requireLinux('traffic by interface');
        const classFolder = join(context.sysRoot, 'class/net');
        rows.begin();
        for (const [device, counts] of parseNetDev(readNetDev(context))) {
          const folder = join(classFolder, device);
          if (signal.aborted) return;
          if (!isHardware(folder)) continue;
          const row = rows.row({ device });
          if (row === null) continue;
          for (const key of countKeys) row.set(key, counts[key]);
          const link = await readLink(folder);
          row.set('up', link.up ? 1 : 0);
          if (link.speed === null) row.clear('speed');
          else row.set('speed', link.speed);
          if (link.carrierChanges !== null) row.set('carrierChanges', link.carrierChanges);
        }
        const { found, leftOut } = rows.settle();
        if (found === 0)
          throw new SourceAbsent('not_on_this_machine', `no interface in ${classFolder} has a device or is a bond`);
        bound.set('leftOut', leftOut);
      },
      expire: () => {
        rows.clear();
        bound.clear('leftOut');
      },
    };
  },
});

/**
 * The interfaces of the node. `/proc/net` shows those of the network namespace of the process that reads it; from another one the
 * node's own proc file system shows those of its first process, and its own sys file system their links.
 * @throws CollectorError `unreadable` @throws SourceAbsent `container`
 */
function readNetDev({ procRoot, sysRoot }: CollectorContext): string {
  if (inNetworkOfNode(procRoot)) return readProc(procRoot, 'net/dev');
  if (procRoot !== '/proc' && sysRoot !== '/sys') return readProc(procRoot, '1/net/dev');
  throw new SourceAbsent(
    'container',
    "it would show the interfaces of the container: run it in the node's network (hostNetwork), or mount the node's /proc and /sys and set system.proc and system.sys",
  );
}

/** https://docs.kernel.org/admin-guide/abi-testing.html (sysfs-class-net) */
function isHardware(folder: string): boolean {
  return existsSync(join(folder, 'device')) || existsSync(join(folder, 'bonding'));
}

interface Link {
  readonly up: boolean;
  /** Bytes a second. */
  readonly speed: number | null;
  readonly carrierChanges: number | null;
}

/** One attribute after the other, so that a driver that does not answer holds one thread of the pool. */
async function readLink(folder: string): Promise<Link> {
  const state = await findAttribute(join(folder, 'operstate'));
  const changes = await findAttribute(join(folder, 'carrier_changes'));
  // Megabits a second; -1 and 4294967295 where it is not known.
  const megabits = parseCount(await findAttribute(join(folder, 'speed')));
  return {
    up: state === 'up',
    speed: megabits !== null && megabits > 0 && megabits < 2 ** 31 ? (megabits * 1e6) / 8 : null,
    carrierChanges: parseCount(changes),
  };
}
