import { duration, integer, options, type OptionValue } from '../config/index.ts';

export const runsOptions = options({
  lifetime: duration({
    default: '1h',
    min: '1m',
    max: '30d',
    help: 'How long the series of a run stay after its last rank on this node has ended',
  }),
  return_within: duration({
    default: '2m',
    min: '1s',
    max: '1d',
    help: 'How long ranks of before a restart of the exporter are waited for; one that has not come back by then is lost',
  }),
  stale_after: duration({
    default: '5m',
    min: '1s',
    max: '1d',
    help: 'A rank that reports by single calls is incomplete when none came for this long; it is never lost, and its series go like those of one that has ended',
  }),
  max_runs: integer({
    default: 64,
    min: 1,
    max: 10_000,
    help: 'Runs held at a time; when a further one comes, one that ended findings.hold ago makes room, finished ones first, else it is refused',
  }),
  max_ranks: integer({
    default: 256,
    min: 1,
    max: 10_000,
    help: 'Ranks of one run held at a time; when a further one comes, one that ended findings.hold ago makes room, finished ones first, else it is refused',
  }),
  max_total_ranks: integer({
    default: 1_024,
    min: 1,
    max: 100_000,
    help: 'Ranks of all runs held at a time, about 100 KB of memory each; when a further one comes, one that ended findings.hold ago makes room, finished ones first, else it is refused',
  }),
  max_series: integer({
    default: 50_000,
    min: 1_000,
    max: 10_000_000,
    help: 'Series that all runs together hold of names that workers choose: layers, slices, metrics, classes, extras; a quarter is kept for runs that hold few, what is beyond is left out',
  }),
  max_run_series: integer({
    default: 25_000,
    min: 100,
    max: 10_000_000,
    help: 'Such series of one run; what is beyond is left out',
  }),
  window: duration({
    default: '1m',
    min: '1s',
    max: '1h',
    help: 'Length of the windows of which the extremes and means of steps are shown; they begin at multiples of it',
  }),
  max_labels: limit(16, 'Free labels of one run'),
  max_extras: limit(32, 'Names of extras that one rank may report'),
  max_auxiliary_losses: limit(16, 'Names of auxiliary losses that one rank may report'),
  max_layers: limit(256, 'Layers of one rank, in the reports of one step'),
  max_tensors: limit(32, 'Inputs and outputs of the model that one rank may report'),
  max_bins: limit(64, 'Bins of a distribution, and bounds of a histogram of latencies'),
  max_datasets: limit(8, 'Data sets whose evaluations one rank may report'),
  max_slices: limit(64, 'Slices of one evaluation'),
  max_slice_metrics: limit(32, 'Metrics of one slice of an evaluation'),
  max_events_per_minute: limit(60, 'Events that one rank may report in a minute'),
});

/** A limit of what one worker may report; what is beyond is left out, told to the worker and counted. */
function limit(byDefault: number, what: string) {
  return integer({ default: byDefault, min: 0, max: 10_000, help: `${what}; those beyond are left out` });
}

export type RunsOptions = OptionValue<typeof runsOptions>;
