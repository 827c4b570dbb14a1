import { counter, gauge, info } from '../../series/index.ts';

export const instanceLabels = ['uuid', 'gpu', 'gpu_instance', 'compute_instance'] as const;

/** What a MIG instance tells. Compute instances of one GPU instance share its memory. */
export const instanceMetrics = {
  memoryTotal: gauge('gradwatch_gpu_mig_memory_total_bytes', {
    help: 'Device memory of the MIG instance',
    labels: instanceLabels,
  }),
  memoryUsed: gauge('gradwatch_gpu_mig_memory_used_bytes', {
    help: 'Device memory of the MIG instance that is allocated',
    labels: instanceLabels,
  }),
  memoryFree: gauge('gradwatch_gpu_mig_memory_free_bytes', {
    help: 'Device memory of the MIG instance that is free',
    labels: instanceLabels,
  }),
  memoryReserved: gauge('gradwatch_gpu_mig_memory_reserved_bytes', {
    help: 'Device memory of the MIG instance that driver and firmware reserve',
    labels: instanceLabels,
  }),
  bar1Total: gauge('gradwatch_gpu_mig_bar1_memory_total_bytes', {
    help: 'BAR1 window of the MIG instance',
    labels: instanceLabels,
  }),
  bar1Used: gauge('gradwatch_gpu_mig_bar1_memory_used_bytes', {
    help: 'BAR1 window of the MIG instance that is mapped',
    labels: instanceLabels,
  }),
  multiprocessors: gauge('gradwatch_gpu_mig_multiprocessors', {
    help: 'Streaming multiprocessors of the MIG instance',
    labels: instanceLabels,
  }),
  sramErrors: counter('gradwatch_gpu_mig_sram_uncorrected_errors_total', {
    help: 'Uncorrected ECC errors of SRAM in the MIG instance since the driver was loaded',
    labels: instanceLabels,
  }),
} as const;
export type InstanceKey = keyof typeof instanceMetrics;

export const engineLabels = [...instanceLabels, 'engine'] as const;
export const engineMetrics = {
  engines: gauge('gradwatch_gpu_mig_engines', {
    help: 'Engines of the MIG instance, by kind',
    labels: engineLabels,
  }),
} as const;

export const instanceInfoLabels = [...instanceLabels, 'device', 'mig_uuid', 'profile'] as const;
export const instanceInfoMetrics = {
  info: info('gradwatch_gpu_mig_info', {
    help: 'What the MIG instance is; uuid and profile are empty before nvidia-smi -L has told them',
    labels: instanceInfoLabels,
  }),
} as const;

export const processLabels = [
  'uuid',
  'gpu',
  'gpu_instance',
  'compute_instance',
  'pid',
  'process',
  'type',
  'run',
  'rank',
] as const;
export const processMetrics = {
  memory: gauge('gradwatch_gpu_process_memory_bytes', {
    help: 'Device memory of a process; run and rank where it is a worker that reports here, else empty',
    labels: processLabels,
  }),
} as const;

export const processCountLabels = ['uuid', 'gpu', 'type'] as const;
export const processCountMetrics = {
  processes: gauge('gradwatch_gpu_processes', {
    help: 'Processes that have a context on the GPU, by what they use it for',
    labels: processCountLabels,
  }),
} as const;

export const processRestLabels = ['uuid', 'gpu'] as const;
export const processRestMetrics = {
  unlisted: gauge('gradwatch_gpu_processes_unlisted', {
    help: 'Processes that have no series of their own, for there are too many; the type of those beyond 1024 is not known',
    labels: processRestLabels,
  }),
} as const;

export const linkLabels = ['uuid', 'gpu', 'link'] as const;
export const linkMetrics = {
  active: gauge('gradwatch_gpu_nvlink_active', { help: 'Whether the NVLink is up', labels: linkLabels }),
  bandwidth: gauge('gradwatch_gpu_nvlink_bandwidth_bytes_per_second', {
    help: 'What the NVLink can carry in one direction; 0 when it is down',
    labels: linkLabels,
  }),
} as const;

export const linkCountMetrics = {
  activeLinks: gauge('gradwatch_gpu_nvlink_active_links', {
    help: 'NVLinks of the GPU that are up',
    labels: ['uuid', 'gpu'],
  }),
} as const;

export const linkKindLabels = [...linkLabels, 'kind'] as const;
export const linkErrorMetrics = {
  errors: counter('gradwatch_gpu_nvlink_errors_total', {
    help: 'Errors of the NVLink since the driver was loaded, by kind; those of fec_corrected and of the raw_ kinds were corrected by the link',
    labels: linkKindLabels,
  }),
} as const;

export const linkBitErrorMetrics = {
  bitErrors: gauge('gradwatch_gpu_nvlink_bit_error_ratio', {
    help: 'Share of bits of the NVLink that were wrong, before (raw_) and after correction; 1.5e-254 stands for none',
    labels: linkKindLabels,
  }),
} as const;

export const linkTrafficLabels = [...linkLabels, 'direction'] as const;
export const linkTrafficMetrics = {
  traffic: counter('gradwatch_gpu_nvlink_bytes_total', {
    help: 'Bytes that went over the NVLink since the driver was loaded, payload alone (transmit: from the GPU)',
    labels: linkTrafficLabels,
  }),
} as const;

/** The document is read without them, so they fail for themselves. */
export const callMetrics = {
  failures: counter('gradwatch_gpu_call_failures_total', {
    help: 'Failures of the small calls of nvidia-smi beside the document (-L and those of nvlink), by call and reason',
    labels: ['call', 'reason'],
  }),
} as const;

/** Every metric of the collector `gpu_detail` beyond those that it shares with `gpu`. */
export const gpuDetailMetrics = {
  ...instanceInfoMetrics,
  ...instanceMetrics,
  ...engineMetrics,
  ...processMetrics,
  ...processCountMetrics,
  ...processRestMetrics,
  ...linkMetrics,
  ...linkCountMetrics,
  ...linkErrorMetrics,
  ...linkBitErrorMetrics,
  ...linkTrafficMetrics,
  ...callMetrics,
} as const;
