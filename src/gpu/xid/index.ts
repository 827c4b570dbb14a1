export { adviceFor as xidAdvice } from './catalogue.ts';
export { xidCollector } from './collector.ts';
export { xidMetrics } from './metrics.ts';
export { xidOptions } from './options.ts';
export type { XidOptions } from './options.ts';
