import { number } from '../../config/index.ts';
import { bottleneckOptions, machineBottleneck } from './machine-bottleneck.ts';

/** The CPUs of the node wait for storage while the GPUs of a run wait for them. */
export const ioBottleneck = machineBottleneck({
  kind: 'io_bottleneck',
  meaning: 'the node waits for storage while the GPUs of a run are not fully used',
  options: bottleneckOptions(
    { iowait: number({ default: 0.5, min: 0, max: 1, help: 'Share of CPU time that waits for storage' }) },
    0.7,
  ),
  signal: ({ iowait }) => iowait,
  limit: ({ iowait }) => iowait,
  words: (percent) => `waited for storage for at least ${percent} % of their time`,
  advice:
    'Read ahead, keep the data on a local disk, or put many small files together; look at the disks and file servers of the node.',
});
