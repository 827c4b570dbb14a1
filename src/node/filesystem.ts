import { join } from 'node:path';
import { beatOptions, type Collector, type CollectorContext } from '../collect/index.ts';
import { counter, gauge, type Row, type SeriesGroup } from '../series/index.ts';
import { DeviceRows } from './device-rows.ts';
import { requireLinux } from './linux-only.ts';
import { type Mount, parseMountinfo } from './mountinfo.ts';
import { nodeCollector } from './node-collector.ts';
import { readMounts } from './node-mounts.ts';
import { type AskUsage, askUsage, type Usage, usageWithin, type UsageFailure } from './usage.ts';

const labels = ['device', 'mountpoint', 'fstype'] as const;

const metrics = {
  size: gauge('gradwatch_node_filesystem_size_bytes', { help: 'Size of the file system', labels }),
  free: gauge('gradwatch_node_filesystem_free_bytes', { help: 'Free space, that of root included', labels }),
  available: gauge('gradwatch_node_filesystem_available_bytes', {
    help: 'Free space that users other than root can have',
    labels,
  }),
  files: gauge('gradwatch_node_filesystem_files', { help: 'Files that the file system can hold (inodes)', labels }),
  filesFree: gauge('gradwatch_node_filesystem_files_free', { help: 'Files that it can still take', labels }),
  readOnly: gauge('gradwatch_node_filesystem_readonly', {
    help: 'Whether the file system is mounted read-only, as a disk that fails makes it',
    labels,
  }),
  answers: gauge('gradwatch_node_filesystem_answers', {
    help: 'Whether the file system tells its size; a network file system whose server is gone does not',
    labels,
  }),
} as const;

type Key = keyof typeof metrics;

const failureMetrics = {
  failures: counter('gradwatch_node_filesystem_failures_total', {
    help: 'Times that a file system did not tell its size, by reason: no_answer, not_asked (others do not answer), not_permitted, other_mount (another file system is at its place), error',
    labels: ['reason'],
  }),
} as const;

/** More than any server has mounted itself. */
const mostMounts = 256;

const boundMetrics = {
  leftOut: gauge('gradwatch_node_filesystems_left_out', {
    help: `File systems beyond the first ${mostMounts}, which are not shown`,
  }),
} as const;

/** Size and space of the file systems of the node. */
export const filesystem = nodeCollector({
  name: 'filesystem',
  metrics: { ...metrics, ...failureMetrics, ...boundMetrics },
  options: beatOptions({ what: 'file systems', interval: { default: '1m', min: '5s', max: '1h' } }),
  create: (context, { interval }) => new FilesystemCollector(context, interval, askUsage),
});

/** A local file system answers in microseconds, a network one in milliseconds. */
const patienceSeconds = 2;
/**
 * Each that does not answer holds one of the four threads on which this process reads files and compresses. The last of these three is
 * for local file systems only, so that servers that are gone take nothing from them.
 */
const mostStuck = { remote: 2, local: 3 };

/**
 * Asks one file system after the other, the local ones first. What does not answer, a mount or a server with all its mounts, is not
 * asked again before it has, and holds up no other.
 */
export class FilesystemCollector implements Collector {
  readonly intervalSeconds: number;
  readonly budgetSeconds = 10;
  readonly #context: CollectorContext;
  readonly #ask: AskUsage;
  readonly #rows: DeviceRows<Key, (typeof labels)[number]>;
  readonly #failures: SeriesGroup<'failures', 'reason'>;
  readonly #bound: Row<'leftOut'>;
  /** Mount points and servers that were asked and have not answered. */
  readonly #stuck = new Set<string>();

  constructor(context: CollectorContext, intervalSeconds: number, ask: AskUsage) {
    this.#context = context;
    this.intervalSeconds = intervalSeconds;
    this.#ask = ask;
    this.#rows = new DeviceRows(context.table.group(labels, metrics), mostMounts);
    this.#failures = context.table.group(['reason'], failureMetrics);
    this.#bound = context.table.group([], boundMetrics).row({});
  }

  /** @throws CollectorError `unreadable` @throws SourceAbsent */
  async collect(signal: AbortSignal): Promise<void> {
    requireLinux('the list of mounts');
    const mounts = parseMountinfo(readMounts(this.#context));
    const local = mounts.filter(({ server }) => server === null);
    const remote = mounts.filter(({ server }) => server !== null);
    this.#rows.begin();
    for (const mount of [...local, ...remote]) {
      if (signal.aborted) return;
      const { device, mountpoint, type } = mount;
      const row = this.#rows.row({ device, mountpoint, fstype: type });
      if (row !== null) show(row, mount, await this.#usageOf(mount));
    }
    this.#bound.set('leftOut', this.#rows.settle().leftOut);
  }

  expire(): void {
    this.#rows.clear();
    this.#bound.clear('leftOut');
  }

  /** Null where the file system does not tell. */
  async #usageOf({ id, mountpoint, server, type }: Mount): Promise<Usage | null> {
    const holder = server ?? mountpoint;
    if (this.#stuck.has(holder)) return this.#failed('no_answer');
    if (this.#stuck.size >= mostStuck[server === null ? 'local' : 'remote']) return this.#failed('not_asked');
    this.#stuck.add(holder);
    const asked = this.#ask(join(this.#context.hostRoot, mountpoint)).finally(() => this.#stuck.delete(holder));
    const usage = await usageWithin(patienceSeconds, asked);
    if (typeof usage === 'string') return this.#failed(usage);
    // Each subvolume of btrfs has a number that its mount does not tell.
    return usage.id === id || type === 'btrfs' ? usage : this.#failed('other_mount');
  }

  #failed(reason: UsageFailure | 'not_asked' | 'other_mount'): null {
    this.#failures.row({ reason }).add('failures');
    return null;
  }
}

function show(row: Row<Key>, { readOnly }: Mount, usage: Usage | null): void {
  row.set('readOnly', readOnly ? 1 : 0);
  row.set('answers', usage === null ? 0 : 1);
  for (const key of ['size', 'free', 'available', 'files', 'filesFree'] as const) {
    // Some file systems make files as they are wanted and tell 0 of them.
    if (usage === null || (usage.files === 0 && key.startsWith('files'))) row.clear(key);
    else row.set(key, usage[key]);
  }
}
