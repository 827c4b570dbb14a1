import { aggregate, highest, joined, or, scalar, series } from '../promql/index.ts';
import { lookup, ofAlert } from './lookup.ts';

const rank = ['instance', 'run', 'rank'] as const;
const cluster = ofAlert('cluster');
const ranks = series('gradwatch_rank_info', { cluster, uuid: ofAlert('uuid') });
const starting = scalar(series('gradwatch_rank_state', { cluster, state: 'initializing' }), '==', 1);
const lastSteps = or(
  series('gradwatch_rank_last_step_timestamp_seconds', { cluster }),
  scalar(starting, '*', Infinity),
  rank,
);
/** The rank that starts on the GPU of an alert, else that which took the last step there: those of runs that have ended are shown for a while. */
const users = or(highest(joined(lastSteps, rank, ['uuid'], aggregate('max', [...rank, 'uuid'], ranks))), ranks, []);

/** The sentence that says who computes on the GPU of an alert. */
export const user = lookup(
  users,
  'Rank {{ .Labels.rank }} of run {{ .Labels.run }} computes on it.',
  'No training run is known to use it.',
);

/** Its run, URL-encoded; empty where none is known, or no GPU. */
export const runOfUser = `{{ if $labels.uuid }}${lookup(users, '{{ .Labels.run | urlquery }}')}{{ end }}`;
