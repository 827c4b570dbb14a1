import { banks, clock, count, flag, memory, power, temperature, throughput, time, voltage } from './field.ts';
import type { ReadingField } from './field.ts';

/** What `--query-gpu` does not tell, or only in a way that harms; see documentPaths for where `-q -x` has it. */
export const documentFields: readonly ReadingField[] = [
  memory('bar1Total'),
  memory('bar1Used'),
  memory('bar1Free'),
  count('pcieReplays'),
  count('pcieReplayRollovers'),
  throughput(['pcieThroughput', 'transmit']),
  throughput(['pcieThroughput', 'receive']),
  // Not asked of --query-gpu: there it makes the kernel of a guest with a virtual GPU print a warning each time
  // (utkuozdemir/nvidia_gpu_exporter#384).
  ...['max', 'high', 'partial', 'low', 'none'].map((availability) => banks(['remapBanks', availability])),
  count(['remappedRowsInactive', 'corrected'], 'remapped_rows.correctable_inactive'),
  count(['remappedRowsInactive', 'uncorrected'], 'remapped_rows.uncorrectable_inactive'),
  ...['channel', 'tpc'].map((part) => flag(['repairPending', part])),
  flag('memoryUnrepairable'),
  ...['reset', 'drain_and_reset'].map((kind) => flag(['resetRecommended', kind])),
  ...['shutdown', 'slowdown', 'operation', 'memory_operation', 'target', 'target_min', 'target_max'].map((limit) =>
    temperature(['temperatureLimit', limit]),
  ),
  ...['shutdown', 'slowdown', 'operation', 'memory_operation'].map((limit) =>
    temperature(['temperatureMarginLimit', limit]),
  ),
  power('memoryAveragePower'),
  power('memoryInstantPower'),
  clock('maxVideoClock'),
  clock('maxCustomerBoostClock'),
  voltage('voltage'),
  count('captureSessions'),
  count('captureFrames'),
  time('captureLatency'),
  flag('partitionAssigned', 'fabric.health.partition_assigned'),
  flag(['clockEvent', 'display_clocks_setting']),
  ...['auto_boost', 'auto_boost_default', 'egm', 'sparse_operation'].map((mode) => flag(['enabled', mode])),
  ...['volatile', 'aggregate'].flatMap((window) =>
    ['corrected', 'uncorrected'].map((severity) => count(['eccErrors', 'texture_shm', severity, window])),
  ),
];
