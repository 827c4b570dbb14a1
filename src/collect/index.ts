export { CollectorError } from './collector.ts';
export type { Collector, CollectorContext, CollectorDeclaration } from './collector.ts';
export type { Logger } from './logger.ts';
export { failureMetrics, readingMetrics } from './metrics.ts';
export { beatOptions } from './options.ts';
export type { BeatOptions } from './options.ts';
export { CollectorRunner } from './runner.ts';
export { systemTimers } from './timers.ts';
export type { Timers } from './timers.ts';
