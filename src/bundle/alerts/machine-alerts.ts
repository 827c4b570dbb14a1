import type { BundleConfig } from '../config.ts';
import { alert } from './alert.ts';
import { incident, opening, severityNow } from './finding-alert.ts';
import { runOfUser, user } from './gpu-user.ts';

/** A GPU that was there and computes no more. Its uuid is unique everywhere, so a restart of the exporter does not make another alert. */
export function gpuLost(config: BundleConfig) {
  return alert({
    ...config.alerts.gpuLost,
    ...incident('GradwatchGpuLost', 'gpu_lost', ['node', 'uuid'], config),
    summary: 'A GPU is lost, or computes no more before it is reset.',
    description: ({ node, uuid }) =>
      `${uuid} of node ${node} (now ${severityNow}). ${opening(['node', 'uuid'])} ${user}`,
    dashboard: ({ cluster }) => ({ cluster, run: runOfUser }),
  });
}

/** An Xid error on which somebody must act, or one that took a worker along: the finding is then as bad as what follows from it. */
export function gpuXid(config: BundleConfig) {
  return alert({
    ...config.alerts.gpuXid,
    ...incident('GradwatchGpuXid', 'gpu_xid', ['node', 'uuid'], config),
    summary: 'A GPU reported an error on which somebody must act.',
    description: ({ node, uuid }) =>
      `Xid error on node ${node} (now ${severityNow}). ${opening(['node', 'uuid'])} ` +
      `{{ if $labels.uuid }}The GPU is ${uuid}. ${user}{{ else }}It is not known which GPU sits at this PCI address.{{ end }}`,
    dashboard: ({ cluster }) => ({ cluster, run: runOfUser }),
  });
}

/** Errors that ECC could not correct, or memory that cannot be mended: the card must not be given to the next run. */
export function gpuMemoryFailing(config: BundleConfig) {
  return alert({
    ...config.alerts.gpuMemoryFailing,
    ...incident('GradwatchGpuMemoryFailing', ['gpu_ecc_uncorrectable', 'gpu_memory_failed'], ['node', 'uuid'], config),
    summary: 'The memory of a GPU fails.',
    description: ({ node, uuid, kind }) =>
      `Finding ${kind} on ${uuid} of node ${node} (now ${severityNow}). ${opening(['node', 'uuid'])} ${user}`,
    dashboard: ({ cluster }) => ({ cluster, run: runOfUser }),
  });
}

/** The kernel killed a process, and a worker with it. A kill that no run felt is information and does not alert. */
export function oomKill(config: BundleConfig) {
  return alert({
    ...config.alerts.oomKill,
    ...incident('GradwatchOomKill', 'oom_kill', ['node'], config),
    summary: 'A run lost a worker as the kernel killed for want of memory.',
    description: ({ node }) => `Node ${node} (now ${severityNow}). ${opening(['node'])}`,
    dashboard: ({ cluster }) => ({ cluster }),
  });
}
