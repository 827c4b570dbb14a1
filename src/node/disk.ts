import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beatOptions, CollectorError, SourceAbsent } from '../collect/index.ts';
import { counter, gauge } from '../series/index.ts';
import { DeviceRows } from './device-rows.ts';
import { type DiskStats, parseDiskstats } from './diskstats.ts';
import { requireLinux } from './linux-only.ts';
import { nodeCollector } from './node-collector.ts';
import { readProc } from './proc.ts';

const labels = ['device'] as const;

const metrics = {
  reads: counter('gradwatch_node_disk_reads_total', { help: 'Reads that the disk completed', labels }),
  readBytes: counter('gradwatch_node_disk_read_bytes_total', { help: 'Bytes read from the disk', labels }),
  readSeconds: counter('gradwatch_node_disk_read_seconds_total', {
    help: 'Time that all reads of the disk took together',
    labels,
  }),
  writes: counter('gradwatch_node_disk_writes_total', { help: 'Writes that the disk completed', labels }),
  writtenBytes: counter('gradwatch_node_disk_written_bytes_total', { help: 'Bytes written to the disk', labels }),
  writeSeconds: counter('gradwatch_node_disk_write_seconds_total', {
    help: 'Time that all writes of the disk took together',
    labels,
  }),
  inFlight: gauge('gradwatch_node_disk_requests_in_flight', { help: 'Requests of the disk under way', labels }),
  busySeconds: counter('gradwatch_node_disk_busy_seconds_total', {
    help: 'Time in which the disk had a request under way',
    labels,
  }),
  weightedSeconds: counter('gradwatch_node_disk_weighted_seconds_total', {
    help: 'Time of all requests of the disk added up; its rate is the average length of the queue',
    labels,
  }),
} as const satisfies Readonly<Record<keyof DiskStats, unknown>>;

const keys = Object.keys(metrics) as (keyof DiskStats)[];

/** More than any server has. */
const mostDisks = 512;

const boundMetrics = {
  leftOut: gauge('gradwatch_node_disks_left_out', { help: `Disks beyond the first ${mostDisks}, which are not shown` }),
} as const;

/** Made of memory or of files, whose traffic is that of something else, and drives for media that come and go. */
const notDisks = /^(?:loop|ram|zram|fd|sr)\d+$/;

/**
 * The traffic of whole disks, those that LVM, RAID or multipath make of others among them. The kernel's figures are those of the
 * machine, in a container too.
 */
export const disk = nodeCollector({
  name: 'disk',
  metrics: { ...metrics, ...boundMetrics },
  options: beatOptions({ what: 'the traffic of disks', interval: { default: '15s', min: '1s', max: '5m' } }),
  create: ({ table, procRoot, sysRoot }, { interval }) => {
    const rows = new DeviceRows(table.group(labels, metrics), mostDisks);
    const bound = table.group([], boundMetrics).row({});
    return {
      intervalSeconds: interval,
      budgetSeconds: 1,
      collect: () => {
        requireLinux('the traffic of disks');
        const whole = wholeDevices(sysRoot);
        rows.begin();
        const text = readProc(procRoot, 'diskstats');
        const devices = parseDiskstats(text);
        if (devices.size === 0 && text.trim() !== '')
          throw new CollectorError('malformed', `${join(procRoot, 'diskstats')} has no line of a device`);
        for (const [device, stats] of devices) {
          if (notDisks.test(device) || whole?.has(device) === false) continue;
          const row = rows.row({ device });
          for (const key of keys) row?.set(key, stats[key]);
        }
        const { found, leftOut } = rows.settle();
        if (found === 0)
          throw new SourceAbsent('not_on_this_machine', `${join(procRoot, 'diskstats')} tells of no disk`);
        bound.set('leftOut', leftOut);
        return Promise.resolve();
      },
      expire: () => {
        rows.clear();
        bound.clear('leftOut');
      },
    };
  },
});

/** Disks, but not their partitions, which count the same traffic again; null where the sys file system does not tell. */
function wholeDevices(sysRoot: string): ReadonlySet<string> | null {
  try {
    return new Set(readdirSync(join(sysRoot, 'block')));
  } catch {
    return null;
  }
}
