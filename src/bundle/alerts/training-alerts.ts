import type { BundleConfig } from '../config.ts';
import { unexplainedStalls } from './across-nodes.ts';
import { alert } from './alert.ts';
import { findingsOf, incident, incidentOf, opening, severityNow } from './finding-alert.ts';

/** One alert for the whole run, however many nodes and ranks see it. */
export function gradientExplosion(config: BundleConfig) {
  return alert({
    ...config.alerts.gradientExplosion,
    ...incident('GradwatchGradientExplosion', 'gradient_explosion', [], config),
    summary: 'The gradient of a training run has exploded.',
    description: ({ run }) => `Gradient explosion in run ${run} (now ${severityNow}). ${opening([])}`,
    dashboard: ({ cluster, run }) => ({ cluster, run }),
  });
}

export function nonFinite(config: BundleConfig) {
  return alert({
    ...config.alerts.nonFinite,
    ...incident('GradwatchNonFinite', 'non_finite', [], config),
    summary: 'The loss or the gradient of a training run is not finite.',
    description: ({ run }) => `Loss or gradient of run ${run} is not finite (now ${severityNow}). ${opening([])}`,
    dashboard: ({ cluster, run }) => ({ cluster, run }),
  });
}

/** One per rank, lost or failed. It carries the node, so that an exporter that is down can inhibit it. */
export function workerLost(config: BundleConfig) {
  return alert({
    ...config.alerts.workerLost,
    ...incident('GradwatchWorkerLost', 'worker_lost', ['node', 'rank'], config),
    summary: 'A worker of a training run has died.',
    description: ({ run, rank, node }) =>
      `Rank ${rank} of run ${run} on node ${node} has died (now ${severityNow}). ${opening(['node', 'rank'])}`,
    dashboard: ({ cluster, run, rank }) => ({ cluster, run, rank }),
  });
}

/** One for the whole run: its ranks wait for each other, wherever they are. A warning may still be an evaluation and wakes nobody. */
export function runStalled(config: BundleConfig) {
  return alert({
    ...config.alerts.runStalled,
    ...incidentOf('GradwatchRunStalled', unexplainedStalls(config.findingSeverity), [], 3, findingsOf('stall')),
    summary: 'A training run takes no further step, although its processes are alive.',
    description: ({ run }) => `Run ${run} has stalled. ${opening([])}`,
    dashboard: ({ cluster, run }) => ({ cluster, run }),
  });
}
