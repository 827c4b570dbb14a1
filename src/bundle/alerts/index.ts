import type { BundleConfig } from '../config.ts';
import { escalated, rankDegraded, trainingDegraded } from './degraded-alerts.ts';
import { gpuDriverHung } from './gpu-driver-hung.ts';
import { gpuSxid } from './gpu-sxid.ts';
import { gpuLost, gpuMemoryFailing, gpuXid, oomKill } from './machine-alerts.ts';
import { collectorFailing, exporterDown, findingsRefused, watchdog } from './node-alerts.ts';
import { gradientExplosion, nonFinite, runStalled, workerLost } from './training-alerts.ts';

export { acknowledgedAlert } from './alert.ts';
export type { Alert } from './alert.ts';

/** Every alert by its key in the configuration. */
export function alertsOf(config: BundleConfig) {
  return {
    watchdog: watchdog(config),
    exporterDown: exporterDown(config),
    collectorFailing: collectorFailing(config),
    findingsRefused: findingsRefused(config),
    gpuLost: gpuLost(config),
    gpuXid: gpuXid(config),
    gpuSxid: gpuSxid(config),
    gpuMemoryFailing: gpuMemoryFailing(config),
    oomKill: oomKill(config),
    gpuDriverHung: gpuDriverHung(config),
    workerLost: workerLost(config),
    runStalled: runStalled(config),
    gradientExplosion: gradientExplosion(config),
    nonFinite: nonFinite(config),
    trainingDegraded: trainingDegraded(config),
    rankDegraded: rankDegraded(config),
    escalated: escalated(config),
  };
}

export type Alerts = ReturnType<typeof alertsOf>;
