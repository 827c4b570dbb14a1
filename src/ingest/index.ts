export { Ingest } from './ingest.ts';
export type { IngestContext, Listening } from './ingest.ts';
export { exposure } from './exposure.ts';
export { ingestOptions } from './options.ts';
export type { IngestOptions } from './options.ts';
export { ingestMetrics } from './metrics.ts';
export { requestNames } from './requests.ts';
export type { RequestAnswer, RequestName } from './requests.ts';
export { socketPath } from './unix-socket.ts';
