import { detectors } from '../../catalogue.ts';
import type { AlertGroup } from '../../detect/index.ts';
import type { BundleConfig } from '../config.ts';
import { unexplainedElsewhere } from './across-nodes.ts';
import { alert } from './alert.ts';
import { escalatedIncident, findingsOf, incident, incidentOf, opening, severityNow } from './finding-alert.ts';
import { runOfUser, user } from './gpu-user.ts';

export function trainingDegraded(config: BundleConfig) {
  const { findingSeverity: severity } = config;
  const kinds = kindsOf('training_degraded');
  return alert({
    ...config.alerts.trainingDegraded,
    ...incidentOf('GradwatchTrainingDegraded', unexplainedElsewhere(kinds, severity), [], severity, findingsOf(kinds)),
    summary: 'A training run has become slow, or no longer learns what it should.',
    description: ({ run, kind }) => `Finding ${kind} in run ${run} (now ${severityNow}). ${opening([])}`,
    dashboard: ({ cluster, run }) => ({ cluster, run }),
  });
}

/** One per rank, GPU or node; for what is of the machine, run and rank are empty. */
export function rankDegraded(config: BundleConfig) {
  return alert({
    ...config.alerts.rankDegraded,
    ...incident('GradwatchRankDegraded', kindsOf('rank_degraded'), ['node', 'rank', 'uuid'], config),
    summary: 'A rank, its GPU or its node has become slow, or gets worse.',
    description: ({ node, kind }) =>
      `Finding ${kind} on node ${node} (now ${severityNow}). ${opening(['node', 'rank', 'uuid'])}` +
      `{{ if $labels.uuid }} ${user}{{ end }}`,
    dashboard: ({ cluster, run, rank }) => ({
      cluster,
      run: `${run}${runOfUser}`,
      rank,
    }),
  });
}

/** Somebody has it in hand as something milder: they, and whoever is on call, hear of it once more. */
export function escalated(config: BundleConfig) {
  return alert({
    ...config.alerts.escalated,
    ...escalatedIncident('GradwatchEscalated', ['node', 'rank', 'uuid']),
    summary: 'What somebody had acknowledged as a warning has become critical.',
    description: ({ node, kind }) =>
      `Finding ${kind} on node ${node}, which was acknowledged before. ${opening(['node', 'rank', 'uuid'])}`,
    dashboard: ({ cluster, run, rank }) => ({ cluster, run, rank }),
  });
}

/** The kinds of findings whose detectors name this alert. */
function kindsOf(group: AlertGroup): readonly string[] {
  return detectors.filter(({ alert: named }) => named === group).map(({ kind }) => kind);
}
