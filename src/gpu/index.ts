export type { GpuAddresses } from './addresses.ts';
export { gpuCollector } from './collector.ts';
export { gpuMetrics, gpuStates } from './metrics.ts';
export type { GpuState } from './metrics.ts';
export { NvidiaSmi } from './nvidia-smi.ts';
export { gpuOptions } from './options.ts';
export type { GpuOptions } from './options.ts';
export { xidCollector, xidMetrics, xidOptions } from './xid/index.ts';
export type { XidOptions } from './xid/index.ts';
