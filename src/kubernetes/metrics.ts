import { info } from '../series/index.ts';

export const podResourcesMetrics = {
  pod: info('gradwatch_gpu_pod_info', {
    help: 'Which container of which pod holds the GPU or MIG instance, as the kubelet tells it; several where it is shared',
    labels: ['uuid', 'namespace', 'pod', 'container'],
  }),
} as const;
