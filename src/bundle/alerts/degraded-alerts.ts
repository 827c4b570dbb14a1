import type { BundleConfig } from '../config.ts';
import { alert } from './alert.ts';
import { incident, opening, severityNow } from './finding-alert.ts';

/** Findings about a whole run that cost results, not the run itself: nobody has to get up for them. */
const ofRun = ['divergence', 'overfitting', 'vanishing_gradient'] as const;
/** Findings about one rank, or about the memory and the series of one node. */
const ofRank = ['straggler', 'memory_leak', 'scalar_anomaly'] as const;

export function trainingDegraded(config: BundleConfig) {
  return alert({
    name: 'GradwatchTrainingDegraded',
    ...config.alerts.trainingDegraded,
    expression: incident(ofRun, [], config),
    summary: 'A training run no longer learns what it should.',
    description: ({ run, kind }) => `Finding ${kind} in run ${run} (now ${severityNow}). ${opening([])}`,
    dashboard: ({ cluster, run }) => ({ cluster, run }),
  });
}

/** One per rank and node; for memory of a node or a GPU without a run, run and rank are empty. */
export function rankDegraded(config: BundleConfig) {
  return alert({
    name: 'GradwatchRankDegraded',
    ...config.alerts.rankDegraded,
    expression: incident(ofRank, ['node', 'rank'], config),
    summary: 'A rank or its node has become slow, or loses memory.',
    description: ({ node, kind }) =>
      `Finding ${kind} on node ${node} (now ${severityNow}). ${opening(['node', 'rank'])}`,
    dashboard: ({ cluster, run, rank }) => ({ cluster, run, rank }),
  });
}
