import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { beatOptions, type Collector, type CollectorContext, CollectorError, SourceAbsent } from '../collect/index.ts';
import { counter, gauge, type SeriesGroup } from '../series/index.ts';
import { insideContainer } from './container.ts';
import { DeviceRows } from './device-rows.ts';
import { requireLinux } from './linux-only.ts';
import { type Mount, parseMountinfo } from './mountinfo.ts';
import { nodeCollector } from './node-collector.ts';
import { readProc } from './proc.ts';

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
    help: 'Times that a file system did not tell its size, by reason; no_room are those beyond the limit',
    labels: ['reason'],
  }),
} as const;

/** Of one file system, in bytes and files. */
export interface Usage {
  readonly size: number;
  readonly free: number;
  readonly available: number;
  readonly files: number;
  readonly filesFree: number;
}

export type AskUsage = (path: string) => Promise<Usage>;

/** Size and space of the file systems of the node. */
export const filesystem = nodeCollector({
  name: 'filesystem',
  metrics: { ...metrics, ...failureMetrics },
  options: beatOptions({ what: 'file systems', interval: { default: '1m', min: '5s', max: '1h' } }),
  create: (context, { interval }) => new FilesystemCollector(context, interval, askUsage),
});

/** More than any server has mounted itself. */
const mostMounts = 256;
/** A local file system answers in microseconds, a network one in milliseconds. */
const patienceSeconds = 2;
/** Each that does not answer holds one of the four threads on which this process reads files and compresses. */
const mostStuck = 2;

/** Asks one file system after the other. One that does not answer is not asked again before it has, and holds up no other. */
export class FilesystemCollector implements Collector {
  readonly intervalSeconds: number;
  readonly budgetSeconds = 10;
  readonly #context: CollectorContext;
  readonly #ask: AskUsage;
  readonly #rows: DeviceRows<Key, (typeof labels)[number]>;
  readonly #failures: SeriesGroup<'failures', 'reason'>;
  /** Mount points that were asked and have not answered. */
  readonly #stuck = new Set<string>();

  constructor(context: CollectorContext, intervalSeconds: number, ask: AskUsage) {
    this.#context = context;
    this.intervalSeconds = intervalSeconds;
    this.#ask = ask;
    this.#rows = new DeviceRows(context.table.group(labels, metrics), mostMounts);
    this.#failures = context.table.group(['reason'], failureMetrics);
  }

  /** @throws CollectorError `unreadable`, `stuck` @throws SourceAbsent */
  async collect(signal: AbortSignal): Promise<void> {
    requireLinux('the list of mounts');
    for (const mount of parseMountinfo(readMounts(this.#context))) {
      if (signal.aborted) return;
      const { device, mountpoint, type } = mount;
      const row = this.#rows.row({ device, mountpoint, fstype: type });
      if (row === null) continue;
      const usage = await this.#usageOf(mount);
      row.set('readOnly', mount.readOnly ? 1 : 0);
      row.set('answers', usage === null ? 0 : 1);
      for (const key of ['size', 'free', 'available', 'files', 'filesFree'] as const) {
        // Some file systems make files as they are wanted and tell 0 of them.
        if (usage === null || (usage.files === 0 && key.startsWith('files'))) row.clear(key);
        else row.set(key, usage[key]);
      }
    }
    const leftOut = this.#rows.settle();
    if (leftOut > 0) this.#failures.row({ reason: 'no_room' }).add('failures', leftOut);
    if (this.#stuck.size >= mostStuck)
      throw new CollectorError(
        'stuck',
        `${mostStuck} file systems do not answer, so none is asked: ${[...this.#stuck].join(', ')}`,
      );
  }

  expire(): void {
    this.#rows.clear();
  }

  /** Null where the file system does not tell. */
  async #usageOf({ mountpoint }: Mount): Promise<Usage | null> {
    if (this.#stuck.has(mountpoint) || this.#stuck.size >= mostStuck) return this.#failed('no_answer');
    this.#stuck.add(mountpoint);
    const asked = this.#ask(join(this.#context.hostRoot, mountpoint))
      .catch((error: unknown) =>
        this.#failed((error as NodeJS.ErrnoException).code === 'EACCES' ? 'not_permitted' : 'error'),
      )
      .finally(() => this.#stuck.delete(mountpoint));
    let cancel!: () => void;
    const late = new Promise<null>((resolve) => {
      const timer = setTimeout(() => {
        resolve(this.#failed('no_answer'));
      }, 1000 * patienceSeconds);
      cancel = () => {
        clearTimeout(timer);
      };
    });
    return Promise.race([asked, late]).finally(cancel);
  }

  #failed(reason: 'no_answer' | 'not_permitted' | 'error'): null {
    this.#failures.row({ reason }).add('failures');
    return null;
  }
}

/**
 * The mounts of the node: in a container those of the node's first process, whose paths lie below where the node's root is mounted.
 * @throws CollectorError `unreadable` @throws SourceAbsent `container`
 */
function readMounts({ procRoot, hostRoot }: CollectorContext): string {
  if (!insideContainer()) return readProc(procRoot, 'self/mountinfo');
  if (procRoot === '/proc' || hostRoot === '/')
    throw new SourceAbsent(
      'container',
      "it would show the file systems of the container; mount the node's /proc and / and set system.proc and system.root",
    );
  return readProc(procRoot, '1/mountinfo');
}

async function askUsage(path: string): Promise<Usage> {
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
  return { size: blocks * bsize, free: bfree * bsize, available: bavail * bsize, files, filesFree: ffree };
}
