export { streamMetrics } from './finding-stream.ts';
export { HttpServer } from './http-server.ts';
export { httpOptions } from './options.ts';
export type { HttpOptions } from './options.ts';
export { refusalMetrics } from './refusal-counts.ts';
export { renderBody } from './render-body.ts';
export { SelfMetrics, selfMetrics } from './self-metrics.ts';
export { webConfigMetrics } from './web-config-series.ts';
export type { AskWorkers, HttpLog, ReloadOutcome, Served, WorkerAnswer } from './served.ts';
