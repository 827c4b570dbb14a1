export { gpuCollector } from './collector.ts';
export { gpuMetrics, gpuStates } from './metrics.ts';
export type { GpuState } from './metrics.ts';
export { gpuOptions } from './options.ts';
export type { GpuOptions } from './options.ts';
