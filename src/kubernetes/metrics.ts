import { info } from '../series/index.ts';

export const podMetrics = {
  pod: info('gradwatch_gpu_pod_info', {
    help: 'Which container of which pod holds the GPU or MIG instance, as the kubelet tells it; several where it is shared',
    labels: ['uuid', 'namespace', 'pod', 'container'],
  }),
} as const;

export const claimMetrics = {
  claim: info('gradwatch_gpu_claim_info', {
    help: 'Which container of which pod holds a GPU by a resource claim (DRA), as the kubelet tells it: by the name that its driver gives the device, and without a uuid, so that no series of a GPU joins it',
    labels: ['driver', 'pool', 'device', 'namespace', 'pod', 'container'],
  }),
} as const;

export const podResourcesMetrics = { ...podMetrics, ...claimMetrics } as const;
