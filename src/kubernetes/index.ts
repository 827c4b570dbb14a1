export { podResourcesMetrics } from './metrics.ts';
export { kubernetesOptions } from './options.ts';
export type { PodResourcesOptions } from './options.ts';
export { podResources } from './pod-resources.ts';
