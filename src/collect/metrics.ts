import { counter, gauge } from '../series/index.ts';

const labels = ['collector'] as const;

/** What the runner tells of each collector. A series is absent until there is something to tell. */
export const readingMetrics = {
  success: gauge('gradwatch_exporter_collector_success', {
    help: 'Whether the last reading of the collector succeeded',
    labels,
  }),
  duration: gauge('gradwatch_exporter_collector_duration_seconds', {
    help: 'Wall time of the last reading of the collector',
    labels,
  }),
  lastSuccess: gauge('gradwatch_exporter_collector_last_success_timestamp_seconds', {
    help: 'Unix time of the last reading of the collector that succeeded',
    labels,
  }),
} as const;

export const failureMetrics = {
  failures: counter('gradwatch_exporter_collector_failures_total', {
    help: 'Readings of the collector that failed, by reason',
    labels: ['collector', 'reason'],
  }),
} as const;

export const absenceMetrics = {
  absent: gauge('gradwatch_exporter_collector_absent', {
    help: 'Whether the collector has nothing to read on this machine, and why: it is neither a success nor a failure',
    labels: ['collector', 'reason'],
  }),
} as const;
