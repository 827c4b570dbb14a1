export { HttpServer } from './http-server.ts';
export { httpOptions } from './options.ts';
export type { HttpOptions } from './options.ts';
export { renderBody } from './render-body.ts';
export { SelfMetrics, selfMetrics } from './self-metrics.ts';
export type { AskWorkers, HttpLog, Served, WorkerAnswer } from './served.ts';
