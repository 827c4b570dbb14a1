export { CollectorError, SourceAbsent } from './collector.ts';
export type { AbsenceReason, Collector, CollectorContext, CollectorDeclaration } from './collector.ts';
export type { Logger } from './logger.ts';
export { absenceMetrics, failureMetrics, readingMetrics } from './metrics.ts';
export { beatOptions } from './options.ts';
export type { BeatOptions } from './options.ts';
export { CollectorRunner } from './runner.ts';
export { systemTimers } from './timers.ts';
export type { Timers } from './timers.ts';
