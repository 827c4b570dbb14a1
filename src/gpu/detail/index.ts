export { gpuDetailCollector } from './collector.ts';
export type { Placing } from './gpus-of-ranks.ts';
export { gpuDetailMetrics } from './metrics.ts';
export { gpuDetailOptions } from './options.ts';
export type { GpuDetailOptions } from './options.ts';
