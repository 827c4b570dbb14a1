import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beatOptions, SourceAbsent } from '../collect/index.ts';
import { counter, gauge, states } from '../series/index.ts';
import { findAttribute } from './attribute.ts';
import { DeviceRows } from './device-rows.ts';
import { countersOf, errorCounters, parseRate, parseState, portStates, trafficCounters } from './infiniband-port.ts';
import { requireLinux } from './linux-only.ts';
import { nodeCollector } from './node-collector.ts';

const labels = ['device', 'port'] as const;

const portMetrics = {
  receivedBytes: counter('gradwatch_node_infiniband_received_bytes_total', {
    help: 'Bytes that the port received, those of RDMA included',
    labels,
  }),
  sentBytes: counter('gradwatch_node_infiniband_sent_bytes_total', {
    help: 'Bytes that the port sent, those of RDMA included',
    labels,
  }),
  receivedPackets: counter('gradwatch_node_infiniband_received_packets_total', {
    help: 'Packets that the port received',
    labels,
  }),
  sentPackets: counter('gradwatch_node_infiniband_sent_packets_total', {
    help: 'Packets that the port sent',
    labels,
  }),
  rate: gauge('gradwatch_node_infiniband_rate_bytes_per_second', {
    help: 'Rate that the port has agreed on',
    labels,
  }),
  state: states('gradwatch_node_infiniband_port_state', {
    help: 'Logical state of the port',
    labels,
    states: portStates,
  }),
} as const;

const errorMetrics = {
  errors: counter('gradwatch_node_infiniband_errors_total', {
    help: "Errors and signs of congestion of the port, by the kernel's or the driver's name of the counter",
    labels: [...labels, 'counter'],
  }),
} as const;

/** More than any server has. */
const mostPorts = 64;

const boundMetrics = {
  leftOut: gauge('gradwatch_node_infiniband_ports_left_out', {
    help: `Ports beyond the first ${mostPorts}, which are not shown`,
  }),
} as const;

/** Ports of InfiniBand and RoCE adapters, whose traffic `/proc/net/dev` does not see. */
export const infiniband = nodeCollector({
  name: 'infiniband',
  metrics: { ...portMetrics, ...errorMetrics, ...boundMetrics },
  options: beatOptions({ what: 'InfiniBand and RDMA ports', interval: { default: '15s', min: '1s', max: '5m' } }),
  create: ({ table, sysRoot }, { interval }) => {
    const ports = new DeviceRows(table.group(labels, portMetrics), mostPorts);
    const errors = new DeviceRows(
      table.group(errorMetrics.errors.labels, errorMetrics),
      mostPorts * errorCounters.length,
    );
    const bound = table.group([], boundMetrics).row({});
    return {
      intervalSeconds: interval,
      budgetSeconds: 5,
      collect: async (signal) => {
        requireLinux('the ports of RDMA adapters');
        const folder = join(sysRoot, 'class/infiniband');
        const found = portsIn(folder);
        if (found.length === 0) throw new SourceAbsent('not_on_this_machine', `there is no RDMA adapter in ${folder}`);
        ports.begin();
        errors.begin();
        for (const { device, port } of found) {
          if (signal.aborted) return;
          const row = ports.row({ device, port });
          if (row === null) continue;
          const path = join(folder, device, 'ports', port);
          row.setState('state', parseState(await findAttribute(join(path, 'state'))));
          const bytes = parseRate(await findAttribute(join(path, 'rate')));
          if (bytes === null) row.clear('rate');
          else row.set('rate', bytes);
          for (const [key, count] of await countersOf(path, trafficCounters)) row.set(key, count);
          for (const [counter, count] of await countersOf(path, errorCounters))
            errors.row({ device, port, counter })?.set('errors', count);
        }
        errors.settle();
        bound.set('leftOut', ports.settle().leftOut);
      },
      expire: () => {
        ports.clear();
        errors.clear();
        bound.clear('leftOut');
      },
    };
  },
});

function portsIn(folder: string): readonly { readonly device: string; readonly port: string }[] {
  return entries(folder).flatMap((device) => entries(join(folder, device, 'ports')).map((port) => ({ device, port })));
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
