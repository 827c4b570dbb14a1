import { acknowledgedAlert, type Alert, type Alerts } from '../alerts/index.ts';

/** While `source_matchers` fire, alerts that match `target_matchers` and have the same `equal` labels are not sent. */
export interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

/** The ladder: a cause silences its effects on the same node, or in the same run. */
export function inhibitRules(alerts: Alerts): InhibitRule[] {
  const {
    exporterDown,
    collectorFailing,
    gpuLost,
    gpuXid,
    gpuSxid,
    gpuMemoryFailing,
    oomKill,
    gpuDriverHung,
    workerLost,
    runStalled,
    gradientExplosion,
    nonFinite,
    trainingDegraded,
    rankDegraded,
    escalated,
  } = alerts;
  const all: readonly Alert[] = Object.values(alerts);
  return [
    // An exporter that dies takes its series along; a recovery that nobody saw is not announced.
    inhibit(exporterDown, gpuLost, 'node'),
    inhibit(exporterDown, gpuXid, 'node'),
    inhibit(exporterDown, gpuSxid, 'node'),
    inhibit(exporterDown, gpuMemoryFailing, 'node'),
    inhibit(exporterDown, oomKill, 'node'),
    inhibit(exporterDown, gpuDriverHung, 'node'),
    inhibit(exporterDown, workerLost, 'node'),
    inhibit(exporterDown, collectorFailing, 'node'),
    inhibit(exporterDown, rankDegraded, 'node'),
    inhibit(exporterDown, escalated, 'node'),
    // nvidia-smi may fail for it. That a worker died of it is for the exporter to say, which knows the worker's GPU: another worker of the
    // node may be lost for a reason of its own.
    inhibit(gpuLost, collectorFailing, 'node'),
    inhibit(gpuDriverHung, collectorFailing, 'node'),
    // Fallen off the bus, or in need of a reset: the driver hangs because of it.
    inhibit(gpuLost, gpuDriverHung, 'node'),
    inhibit(gpuXid, gpuDriverHung, 'node'),
    // The others wait for the one that died, on whatever node; and what has stopped is not slow.
    inhibit(workerLost, runStalled, 'run'),
    inhibit(runStalled, trainingDegraded, 'run'),
    inhibit(runStalled, rankDegraded, 'run'),
    // The exporter that sees both attaches the consequence itself; that of another node may see the consequence alone.
    inhibit(gradientExplosion, nonFinite, 'run'),
    inhibit(gradientExplosion, trainingDegraded, 'run'),
    inhibit(nonFinite, trainingDegraded, 'run'),
    ...all.filter(({ acknowledged }) => acknowledged !== undefined).map(inhibitAcknowledged),
  ];
}

/** What somebody has in hand is not sent. Both alerts are made of the same elements: all labels are equal, also those that are empty. */
export function inhibitAcknowledged({ name, expression }: Alert): InhibitRule {
  return {
    source_matchers: [`alertname = ${acknowledgedAlert.name}`, `${acknowledgedAlert.label} = ${name}`],
    target_matchers: [`alertname = ${name}`],
    equal: expression.labels,
  };
}

/**
 * To Alertmanager a missing label equals an empty one: alerts without the label would inhibit each other everywhere. So both must
 * carry it (a pair of which one does not have it does not compile), and the cause only counts where it is not empty.
 * https://prometheus.io/docs/alerting/latest/configuration/#inhibition-related-settings
 */
export function inhibit<Cause extends string, Effect extends string>(
  cause: Alert<Cause>,
  effect: Alert<Effect>,
  same: Cause & Effect,
): InhibitRule {
  return {
    source_matchers: [`alertname = ${cause.name}`, `${same} != ""`],
    target_matchers: [`alertname = ${effect.name}`],
    equal: ['cluster', same],
  };
}
