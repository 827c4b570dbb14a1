import { counter, gauge, states } from '../series/index.ts';

/** Without a state directory none of these is there. */
export const writingMetrics = {
  timestamp: gauge('gradwatch_exporter_snapshot_timestamp_seconds', {
    help: 'Unix time up to which the state of the exporter is on disk',
  }),
  duration: gauge('gradwatch_exporter_snapshot_duration_seconds', {
    help: 'Wall time that the last snapshot took, with the disk',
  }),
  size: gauge('gradwatch_exporter_snapshot_size_bytes', { help: 'Size of the last snapshot' }),
} as const;

export const failureMetrics = {
  failures: counter('gradwatch_exporter_snapshot_failures_total', {
    help: 'Snapshots that could not be written, by reason',
    labels: ['reason'],
  }),
} as const;

export const leftOutMetrics = {
  leftOut: counter('gradwatch_exporter_snapshot_left_out_total', {
    help: 'Parts of the state that found no room in a snapshot, or could not be used after a restart, by reason; where a limit has no room for them any more, the option is the reason, and each name counts',
    labels: ['section', 'reason'],
  }),
} as const;

export const restoreStates = ['nothing_there', 'restored', 'in_part', 'refused', 'unreadable'] as const;
export type RestoreState = (typeof restoreStates)[number];

export const restoreMetrics = {
  state: states('gradwatch_exporter_restore_state', {
    help: 'What became of the state of before the last restart',
    states: restoreStates,
  }),
} as const;

export const snapshotMetrics = {
  ...writingMetrics,
  ...failureMetrics,
  ...leftOutMetrics,
  restore: restoreMetrics.state,
} as const;
